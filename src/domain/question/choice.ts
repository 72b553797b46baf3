/** How many options a question has at most. */
export const MAX_OPTIONS = 30;
/** The maximum lengths of an option's parts, in code points. */
export const MAX_LABEL_LENGTH = 200;
export const MAX_VALUE_LENGTH = 1_000;
export const MAX_DESCRIPTION_LENGTH = 1_000;

/** One of the answers that a question offers. */
export interface QuestionOption {
  readonly label: string;
  /** What the agent gets. No two options of a question have the same value. */
  readonly value: string;
  readonly description: string | null;
}

/** The answers that a question offers, and how many of them can be chosen. */
export interface Choice {
  readonly options: readonly QuestionOption[];
  /** Whether several options can be chosen: between `min` and `max`. Else both are 1. */
  readonly multiple: boolean;
  readonly min: number;
  readonly max: number;
}
