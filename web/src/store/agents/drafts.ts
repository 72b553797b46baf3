const PREFIX = 'draft:';

/** What was typed and not sent, by instance; it survives a reload. */
export const loadDraft = (instanceId: string): string => localStorage.getItem(PREFIX + instanceId) ?? '';

export function saveDraft(instanceId: string, text: string): void {
  if (text.trim() === '') localStorage.removeItem(PREFIX + instanceId);
  else localStorage.setItem(PREFIX + instanceId, text);
}
