/** `signOut` in `store/session/signed-in-user.ts` deletes the entries that start with this. */
const ENTRY_PREFIX = 'draft:';

/** Returns the text that the user has typed for an instance and not sent. A reload of the page keeps it. */
export const loadDraft = (instanceId: string): string =>
  localStorage.getItem(ENTRY_PREFIX + instanceId) ?? '';

export function saveDraft(instanceId: string, text: string): void {
  if (text.trim() === '') localStorage.removeItem(ENTRY_PREFIX + instanceId);
  else localStorage.setItem(ENTRY_PREFIX + instanceId, text);
}
