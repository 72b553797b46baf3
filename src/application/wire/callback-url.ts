import * as v from 'valibot';
import type { JsonObject } from '../../domain/conversation/message.ts';

const MAX_LENGTH = 2000;

const isAddress = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '';
};

/** An address of a program that is told how a question ended. */
export const callbackUrl = v.pipe(
  v.string(),
  v.maxLength(MAX_LENGTH, `must have at most ${MAX_LENGTH} characters`),
  v.regex(/^https?:\/\/[^\0-\x20\x7f]+$/, 'must be an address that begins with https:// or http://'),
  v.check(isAddress, 'must be an address, without a user name or a password'),
  v.description('For a question: this address gets a POST when it is over, with the answer'),
);

/**
 * Returns the address that existing clients write into the metadata of a question; null if there is none.
 * What is no address is ignored, because metadata may contain anything.
 */
export function callbackInMetadata(metadata: JsonObject | null | undefined): string | null {
  const given = v.safeParse(callbackUrl, metadata?.webhook_url);
  return given.success ? given.output : null;
}
