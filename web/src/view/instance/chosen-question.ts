import { signal } from '@preact/signals';

/** The open question that the answer bar answers. */
export const answering = signal<string | null>(null);
