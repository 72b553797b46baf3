const PREFIX = 'draft:';

/** Returns the text that the user has typed for an instance and not sent. It survives a reload. */
export const loadDraft = (instanceId: string): string => localStorage.getItem(PREFIX + instanceId) ?? '';

export function saveDraft(instanceId: string, text: string): void {
  if (text.trim() === '') localStorage.removeItem(PREFIX + instanceId);
  else localStorage.setItem(PREFIX + instanceId, text);
}
