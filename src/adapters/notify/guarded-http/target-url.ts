import { DeliveryError } from '../../../ports/notifier.ts';

/**
 * Returns an address that a user has given.
 * @throws DeliveryError if it is not an address on the web, or has a password in it.
 */
export function targetUrl(given: unknown): URL {
  const url = URL.parse(String(given));
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw refusal('The address has to begin with https:// or http://');
  // A password in an address would be shown with it.
  if (url.username !== '' || url.password !== '')
    throw refusal('The address must not have a user name or a password in it');
  return url;
}

const refusal = (message: string): DeliveryError => new DeliveryError(message, { isFinal: true });
