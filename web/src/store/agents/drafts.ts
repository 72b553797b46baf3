import type { Signal } from '@preact/signals';
import { draftEntryName } from '../../model/storage/draft-storage.ts';
import { storage } from '../page/storage.ts';
import { isSigningOut, signedInUser } from '../session/signed-in-user.ts';

const entryNameOf = (instanceId: string): string =>
  draftEntryName(signedInUser.value?.user_id ?? '', instanceId);

/** Returns the text that the user has typed for an instance and not sent. A reload of the page keeps it. */
export const loadDraft = (instanceId: string): string => storage.getItem(entryNameOf(instanceId)) ?? '';

/** How long the user has to pause before a draft is saved. */
const PAUSE_MS = 400;

/** Saves a draft when the user pauses or leaves the page: to save a long text takes long. */
export class DraftSaver {
  readonly #entryName: string;
  readonly #read: () => string;
  readonly #isLost: Signal<boolean>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasChanged = false;

  /**
   * @param read returns the text
   * @param isLost is set to true if the browser cannot keep the text
   */
  constructor(instanceId: string, read: () => string, isLost: Signal<boolean>) {
    this.#entryName = entryNameOf(instanceId);
    this.#read = read;
    this.#isLost = isLost;
    addEventListener('pagehide', this.saveChanges);
    document.addEventListener('visibilitychange', this.saveChanges);
  }

  saveSoon(): void {
    this.#hasChanged = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.saveChanges, PAUSE_MS);
  }

  saveNow(): void {
    clearTimeout(this.#timer);
    this.#hasChanged = false;
    const text = this.#read();
    if (text.trim() === '') storage.removeItem(this.#entryName);
    else storage.setItem(this.#entryName, text);
    this.#isLost.value = !storage.isLasting(this.#entryName);
  }

  readonly saveChanges = (): void => {
    if (this.#hasChanged && !isSigningOut()) this.saveNow();
  };

  /** Saves what has changed, and stops. */
  stop(): void {
    this.saveChanges();
    removeEventListener('pagehide', this.saveChanges);
    document.removeEventListener('visibilitychange', this.saveChanges);
  }
}
