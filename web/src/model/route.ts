/** Which view of the page is open. The fragment of the page's address (after `#`) holds it. */
export type Route =
  | { readonly page: 'list' }
  | {
      readonly page: 'instance';
      readonly id: string;
      readonly tab: 'conversation' | 'changes';
      /** The message at which the conversation opens. Absent: at its end. */
      readonly messageId?: string;
    }
  | { readonly page: 'keys' | 'notifications' }
  /** What a program asks for over OAuth. */
  | { readonly page: 'connect'; readonly id: string }
  /** The same for a program on another device. Null: its code is not known yet. */
  | { readonly page: 'device'; readonly code: string | null }
  /** The page of a link in a notification. It needs no sign-in. */
  | { readonly page: 'answer'; readonly token: string };

/** Reads a fragment, with or without its `#`. An unknown fragment opens the list. */
export function parseRoute(fragment: string): Route {
  const [view, id, tab, messageId] = fragment.replace(/^#?\/?/, '').split('/');
  if (view === 'keys' || view === 'notifications') return { page: view };
  if (view === 'connect' && id) return { page: 'connect', id: decode(id) };
  if (view === 'device') return { page: 'device', code: id ? decode(id) : null };
  if (view === 'answer' && id) return { page: 'answer', token: decode(id) };
  if (view === 'instances' && id && tab === 'messages' && messageId)
    return { page: 'instance', id: decode(id), tab: 'conversation', messageId: decode(messageId) };
  if (view === 'instances' && id) {
    return { page: 'instance', id: decode(id), tab: tab === 'changes' ? 'changes' : 'conversation' };
  }
  return { page: 'list' };
}

/** Returns the fragment of a route, with its `#`, for use as a link's `href`. */
export function formatRoute(route: Route): string {
  if (route.page === 'list') return '#/';
  if (route.page === 'answer') return `#/answer/${encodeURIComponent(route.token)}`;
  if (route.page === 'connect') return `#/connect/${encodeURIComponent(route.id)}`;
  if (route.page === 'device')
    return route.code === null ? '#/device' : `#/device/${encodeURIComponent(route.code)}`;
  if (route.page !== 'instance') return `#/${route.page}`;
  const part = route.tab === 'changes' ? '/changes' : messagePart(route.messageId);
  return `#/instances/${encodeURIComponent(route.id)}${part}`;
}

const messagePart = (messageId: string | undefined): string =>
  messageId === undefined ? '' : `/messages/${encodeURIComponent(messageId)}`;

/** Returns the one-time code of the sign-in link that the server prints, or null if there is none. */
export const parseSignInCode = (fragment: string): string | null =>
  new URLSearchParams(fragment.replace(/^#/, '')).get('code');

/** Decodes percent-encoding. Returns the text as it is if the encoding is not valid. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
