import type { JsonObject } from '../domain/conversation/message.ts';
import type { ChannelKind } from '../domain/conversation/reach.ts';
import type { RuleEvent } from '../domain/notification/settings.ts';
import type { FormAnswer, QuestionForm } from '../domain/question/form.ts';

/** One answer that a person can give with a tap. */
export interface NoticeOption {
  readonly label: string;
  /** Answers with this option: the token of an answer link, 43 characters of base64url. */
  readonly token: string;
  /** POST `{}` there answers with this option. A GET answers nothing. */
  readonly postUrl: string;
  /** The page that asks for a confirmation and then answers with this option. */
  readonly pageUrl: string;
}

/** A question in a notice. */
export interface NoticeQuestion {
  readonly id: string;
  /** The options, if one of them is enough as the answer. Else empty. */
  readonly options: readonly NoticeOption[];
  /** Whether a text of one's own answers it. */
  readonly takesText: boolean;
  /** Answers with a text: the token of an answer link. */
  readonly token: string;
  /** POST `{"content": "…"}` there answers with a text. */
  readonly postUrl: string;
  /** The page that shows the question and takes any answer. It needs no sign-in. */
  readonly pageUrl: string;
  /** When it ends by itself, and the default answer that it then gets, if it has one; null: never. */
  readonly deadline: { readonly at: Date; readonly defaultAnswer: string | null } | null;
}

/** What a person is told. All texts are cut and have no control characters. */
export interface Notice {
  /** The same in each attempt to deliver it, so that a receiver can recognise a repetition. */
  readonly id: string;
  readonly event: RuleEvent | 'step' | 'test' | 'several';
  /** One line: who wants what. */
  readonly title: string;
  /** The text of the message, in plain text or simple Markdown. */
  readonly text: string;
  /** Where the person reads all of it: the conversation, the question in it, or the list of agents. */
  readonly url: string;
  /** null for a test, and if there are several. */
  readonly agent: { readonly instanceId: string; readonly type: string; readonly name: string | null } | null;
  readonly question: NoticeQuestion | null;
  readonly createdAt: Date;
}

/** What became of a question, for a channel that changes what it sent. */
export interface Recall {
  /** The id of the notice. */
  readonly id: string;
  readonly title: string;
  /** One sentence, for example `Answered on the page: Yes`. */
  readonly outcome: string;
}

/** What an answer that arrived through a channel led to. */
export interface AnswerReceived {
  readonly isAccepted: boolean;
  /** One sentence for the person. */
  readonly text: string;
}

/** Where a channel brings what people answer there. */
export interface Inbox {
  /**
   * Answers the question that the token belongs to.
   * @param text null: with the option of the token.
   */
  answer(token: string, text: string | null): Promise<AnswerReceived>;
  /** Lets a text answer a question later: `token` is anything that only this channel can know. */
  expectAnswer(notice: Notice, token: string): Promise<void>;
}

/** A delivery failed. The message is for people: it says what was wrong and what to do. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** Whether another attempt is useless: the address is wrong, or no longer exists. */
  readonly isFinal: boolean;
  /** How long the channel asks to wait; null: it does not say. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    options: { isFinal?: boolean; retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.isFinal = options.isFinal ?? false;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** One way to reach people. The contract suite `notifierContract` says what an adapter has to do. */
export interface Notifier {
  /** The name in the API: lower case. */
  readonly channel: string;
  /** The name for people. */
  readonly title: string;
  /** Which of `send_push`, `send_email` and `send_sms` is about it; null: none. */
  readonly kind: ChannelKind | null;
  /** One sentence for people: what to fill in. */
  readonly hint: string;
  /** What a destination needs. It is checked before the other methods get it. */
  readonly settings: QuestionForm;
  /** The fields that are never shown again. */
  readonly secretFields: readonly string[];
  /** What a browser needs before it can subscribe to this server: base64url. Only web push has it. */
  readonly publicKey?: string;
  /** Whether several notices can be sent as one. false where programs read them. */
  readonly joinsNotices: boolean;

  /**
   * Returns the address as people see it, without what is secret.
   * @throws DeliveryError if it cannot be used.
   */
  addressOf(settings: FormAnswer): string;

  /**
   * Delivers a notice. Resolves when the channel has accepted it.
   * @returns what `recall` needs; null if it cannot be taken back.
   * @throws DeliveryError; any other error counts as one that may pass.
   */
  deliver(settings: FormAnswer, notice: Notice, signal: AbortSignal): Promise<JsonObject | null>;

  /** Takes back or changes what was delivered. Absent if the channel cannot. Safe to run twice. */
  recall?(settings: FormAnswer, receipt: JsonObject, recall: Recall, signal: AbortSignal): Promise<void>;

  /** Receives answers until it is closed. Absent if the channel brings none by itself. */
  receive?(inbox: Inbox): Promise<AsyncDisposable>;
}
