import type { FormEntries } from '../../model/question/form-entries.ts';
import { draftEntryName } from '../../model/storage/draft-storage.ts';
import { storage } from '../page/storage.ts';
import { signedInUser } from '../session/signed-in-user.ts';

const entryNameOf = (questionId: string): string =>
  draftEntryName(signedInUser.value?.user_id ?? '', `form-${questionId}`);

/**
 * Returns what the user has filled in for a question and not sent; null if there is nothing. A reload of the
 * page keeps it.
 */
export function loadFormDraft(questionId: string): FormEntries | null {
  try {
    return JSON.parse(storage.getItem(entryNameOf(questionId)) ?? 'null');
  } catch {
    return null;
  }
}

export const saveFormDraft = (questionId: string, entries: FormEntries): void =>
  storage.setItem(entryNameOf(questionId), JSON.stringify(entries));

export const removeFormDraft = (questionId: string): void => storage.removeItem(entryNameOf(questionId));
