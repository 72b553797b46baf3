import type { Message } from '../message.ts';

/** How many bytes of content one hand-off has at most, in UTF-8. A longer message is handed over alone. */
export const MAX_HAND_OFF_BYTES = 1_048_576;

/** How many messages one hand-off has at most. The fields around a short text take more space than it. */
export const MAX_HAND_OFF_MESSAGES = 1_000;

/** The first messages of a list, as many as one hand-off may have. */
export interface HandOffPage {
  readonly messages: readonly Message[];
  /** The first message that does not fit; null if all of them fit. */
  readonly next: Message | null;
}

/** Returns the first messages of a list, as many as one hand-off may have, but at least one. */
export function handOffPage(messages: readonly Message[]): HandOffPage {
  let bytes = 0;
  const end = messages.findIndex(({ content }, nth) => {
    bytes += utf8Length(content);
    return nth > 0 && (bytes > MAX_HAND_OFF_BYTES || nth >= MAX_HAND_OFF_MESSAGES);
  });
  return end < 0 ? { messages, next: null } : { messages: messages.slice(0, end), next: messages[end]! };
}

const utf8Length = (text: string): number => new TextEncoder().encode(text).length;
