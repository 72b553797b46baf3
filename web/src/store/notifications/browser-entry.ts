import { storage } from '../page/storage.ts';

/** The destination that this browser is. The entry has its name from the channel. */
export interface BrowserEntry {
  readonly userId: string;
  readonly destinationId: string;
  /** The subscription that the server has. The browser may have got another one meanwhile, or none. */
  readonly endpoint: string;
}

const ENTRY = 'webpush';

export function readEntry(): BrowserEntry | null {
  const entry = storage.getItem(ENTRY);
  return entry === null ? null : JSON.parse(entry);
}

export const writeEntry = (entry: BrowserEntry): void => storage.setItem(ENTRY, JSON.stringify(entry));

export const removeEntry = (): void => storage.removeItem(ENTRY);
