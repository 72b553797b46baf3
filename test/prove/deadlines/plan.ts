import type { Random } from '../support/random.ts';

/** What somebody does with a question just before its deadline. */
export type Deed = 'answer' | 'postpone' | 'withdraw';

/** A question that is going to be asked, and what happens to it besides its deadline. */
export interface QuestionPlan {
  readonly text: string;
  readonly expiresInSeconds: number;
  /** The option that is the default answer; null: the question expires. */
  readonly defaultValue: string | null;
  /** What is done at about the same time. Two answers are by two people. */
  readonly deeds: readonly Deed[];
  /** How long before the deadline that is done, in milliseconds. Negative: after it, if it is late. */
  readonly leadMs: number;
  readonly postponedBySeconds: number;
}

export const VALUES = ['stop', 'go'] as const;

const DEEDS: readonly (readonly Deed[])[] = [
  ['answer'],
  ['answer', 'answer'],
  ['answer', 'withdraw'],
  ['postpone'],
  ['postpone', 'answer'],
  ['withdraw'],
];
/** The share of the questions that only their deadline ends. */
const LEFT_ALONE = 0.4;

export const planQuestion = (
  text: string,
  maxSeconds: number,
  nth: number,
  random: Random,
): QuestionPlan => ({
  text,
  expiresInSeconds: 1 + random.below(maxSeconds),
  defaultValue: nth % 2 === 0 ? random.oneOf(VALUES) : null,
  deeds: random.chance(LEFT_ALONE) ? [] : random.oneOf(DEEDS),
  leadMs: random.between(-200, 800),
  postponedBySeconds: 1 + random.below(5),
});
