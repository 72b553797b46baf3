import { signal } from '@preact/signals';

/** The id of the open question that the answer bar answers. */
export const chosenQuestionId = signal<string | null>(null);
