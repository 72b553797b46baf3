const PREFIX = 'draft:';

/** What was typed and not sent, by instance; it survives a reload. */
export const readDraft = (instanceId: string): string => localStorage.getItem(PREFIX + instanceId) ?? '';

export function keepDraft(instanceId: string, text: string): void {
  if (text.trim() === '') localStorage.removeItem(PREFIX + instanceId);
  else localStorage.setItem(PREFIX + instanceId, text);
}
