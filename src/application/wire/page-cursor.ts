import * as v from 'valibot';

/** Milliseconds of 14 digits end in the year 5138. PostgreSQL reads no time after the year 9999. */
const CURSOR = /^([0-9]{1,14})\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/**
 * The text that a client sends back to get the next page of a list. It names a place in the order, not an
 * entry, so paging continues even if the entry at that place was deleted.
 */
export const cursor = v.pipe(
  v.string(),
  v.check((text) => CURSOR.test(text), 'must be the cursor of an earlier page'),
  v.metadata({ pattern: CURSOR.source }),
);

export const formatPlace = (time: Date, id: string): string => `${time.getTime()}.${id}`;

/**
 * Parses a cursor.
 * @param text a text that the schema `cursor` has accepted.
 */
export function parsePlace(text: string): { readonly time: Date; readonly id: string } {
  const [, time, id] = CURSOR.exec(text) ?? [];
  return { time: new Date(Number(time)), id: id ?? '' };
}
