import type { Deed, QuestionPlan } from './plan.ts';

/** How a question ended, as the agent gets it. */
export interface SeenOutcome {
  readonly question_id: string;
  readonly status: string;
  readonly values: readonly string[] | null;
  readonly decided_by: string | null;
  readonly via: string | null;
  readonly answered_at: string | null;
}

/** What the agent got when its wait ended. */
export interface SeenEnding {
  readonly answer: string | null;
  readonly outcome: SeenOutcome | null;
}

/** What somebody got who answered, postponed or withdrew a question. */
export interface DeedReply {
  readonly deed: Deed;
  readonly status: number;
  readonly body: { readonly id?: string; readonly expires_at?: string; readonly outcome?: SeenOutcome };
}

/** A question and everything that its clients have seen of it. */
export interface SeenQuestion {
  readonly id: string;
  readonly plan: QuestionPlan;
  readonly deedReplies: readonly DeedReply[];
  readonly seen: SeenEnding | null;
  /** By `Date.now()`. */
  readonly seenAt: number;
  readonly seenAgain: SeenEnding | null;
}

/** An answer in the database at the end. */
export interface StoredAnswer {
  readonly id: string;
  readonly content: string;
  readonly createdAt: Date;
  readonly decidedBy: string;
  readonly values: readonly string[] | null;
}

/** A question in the database at the end. */
export interface StoredQuestion {
  readonly id: string;
  readonly status: string;
  readonly answerId: string | null;
  readonly expiresAt: Date;
  /** All user messages that answer it. */
  readonly answers: readonly StoredAnswer[];
}
