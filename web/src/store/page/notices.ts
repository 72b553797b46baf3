import { signal } from '@preact/signals';

/** A short word at the edge of the page, perhaps with a way back. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly undo: (() => void) | null;
}

const SHOWN_MS = 8_000;
let last = 0;

export const notices = signal<readonly Notice[]>([]);

/** What only a screen reader is told. */
export const announcement = signal('');

export function notify(text: string, undo: (() => void) | null = null): void {
  const id = ++last;
  notices.value = [...notices.value, { id, text, undo }];
  setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Says why something did not work; for the `catch` of an action. */
export function tellFailure(error: unknown): void {
  notify(error instanceof Error ? error.message : 'That did not work.');
}
