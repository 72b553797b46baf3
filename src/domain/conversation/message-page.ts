import type { Message } from './message.ts';

/**
 * How many bytes of text one page of a conversation has at most, in UTF-8: the content of its messages, and
 * their metadata as JSON. A longer message comes alone.
 */
export const MAX_PAGE_BYTES = 4_194_304;

/** Returns the first messages of a list, as many as one page may have, but at least one. */
export function messagePage(messages: readonly Message[]): readonly Message[] {
  let bytes = 0;
  const end = messages.findIndex((message, nth) => {
    bytes += textBytes(message);
    return nth > 0 && bytes > MAX_PAGE_BYTES;
  });
  return end < 0 ? messages : messages.slice(0, end);
}

/** Checks whether a conversation has messages before a page of it: positions begin at 1 and have no gaps. */
export const hasEarlierMessages = (page: readonly Pick<Message, 'position'>[]): boolean =>
  page[0] !== undefined && page[0].position > 1;

function textBytes({ content, metadata }: Message): number {
  return utf8Length(content) + (metadata === null ? 0 : utf8Length(JSON.stringify(metadata)));
}

const utf8Length = (text: string): number => new TextEncoder().encode(text).length;
