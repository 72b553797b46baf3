/**
 * For keys of our own requests. `crypto.randomUUID` would do, but browsers have it on HTTPS and localhost
 * only; a phone in the local network may come by plain HTTP.
 */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
