import { signal } from '@preact/signals';

/** The id of the open question that the text in the answer bar will answer. Null: no question is open. */
export const chosenQuestionId = signal<string | null>(null);
