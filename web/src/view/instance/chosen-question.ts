import { signal } from '@preact/signals';

/** The open question that the answer bar answers. */
export const chosenQuestionId = signal<string | null>(null);
