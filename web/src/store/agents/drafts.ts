import { draftEntryName } from '../../model/draft-storage.ts';
import { storage } from '../page/storage.ts';
import { signedInUser } from '../session/signed-in-user.ts';

const entryName = (instanceId: string): string =>
  draftEntryName(signedInUser.value?.user_id ?? '', instanceId);

/** Returns the text that the user has typed for an instance and not sent. A reload of the page keeps it. */
export const loadDraft = (instanceId: string): string => storage.getItem(entryName(instanceId)) ?? '';

/** @returns false if the text is lost when the page is closed, because the browser cannot keep it */
export function saveDraft(instanceId: string, text: string): boolean {
  const name = entryName(instanceId);
  if (text.trim() === '') storage.removeItem(name);
  else storage.setItem(name, text);
  return storage.isLasting(name);
}
