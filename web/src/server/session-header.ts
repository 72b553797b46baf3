let readSession: () => string | null = () => null;

/**
 * Sets where the page's part of the session is read. The cookie has the other part. It is read for each
 * request, because another tab may have signed in again.
 */
export function readSessionFrom(read: () => string | null): void {
  readSession = read;
}

/** Returns the header that every request to the API needs, besides the cookie. */
export function sessionHeader(): { readonly 'x-session'?: string } {
  const session = readSession();
  return session === null ? {} : { 'x-session': session };
}
