import { signal } from '@preact/signals';

/** A short message at the edge of the page. It disappears by itself. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  /** Called by the notice's Undo button. Null: there is no such button. */
  readonly undo: (() => void) | null;
}

const NOTICE_DURATION_MS = 8_000;
let lastId = 0;

export const notices = signal<readonly Notice[]>([]);

/** Text that only screen readers read out. */
export const announcement = signal('');

export function showNotice(text: string, undo: (() => void) | null = null): void {
  const id = ++lastId;
  notices.value = [...notices.value, { id, text, undo }];
  setTimeout(() => dismissNotice(id), NOTICE_DURATION_MS);
}

export function dismissNotice(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Shows the error of a failed action as a notice. */
export function showError(error: unknown): void {
  showNotice(error instanceof Error ? error.message : 'The action failed.');
}
