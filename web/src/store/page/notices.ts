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

export function showNotice(text: string, undo: (() => void) | null = null): void {
  const id = ++last;
  notices.value = [...notices.value, { id, text, undo }];
  setTimeout(() => dismissNotice(id), SHOWN_MS);
}

export function dismissNotice(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Says why something did not work; for the `catch` of an action. */
export function showError(error: unknown): void {
  showNotice(error instanceof Error ? error.message : 'That did not work.');
}
