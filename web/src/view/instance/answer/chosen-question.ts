import { signal } from '@preact/signals';

/** The id of the open question that the answer bar shows. Null: no question is open. */
export const chosenQuestionId = signal<string | null>(null);

/** The id of the question to which the timeline has to scroll. Null: it stays where it is. */
export const questionToScrollTo = signal<string | null>(null);

/** Chooses a question to answer, and scrolls the timeline to it. */
export function showQuestion(id: string): void {
  chosenQuestionId.value = id;
  questionToScrollTo.value = id;
}
