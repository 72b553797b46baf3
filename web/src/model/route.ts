/** Which view of the page is open. The fragment of the page's address (after `#`) holds it. */
export type Route =
  | { readonly page: 'list' }
  | { readonly page: 'instance'; readonly id: string; readonly tab: 'conversation' | 'changes' }
  | { readonly page: 'keys' };

/** Reads a fragment, with or without its `#`. An unknown fragment opens the list. */
export function parseRoute(fragment: string): Route {
  const [view, id, tab] = fragment.replace(/^#?\/?/, '').split('/');
  if (view === 'keys') return { page: 'keys' };
  if (view === 'instances' && id) {
    return { page: 'instance', id: decode(id), tab: tab === 'changes' ? 'changes' : 'conversation' };
  }
  return { page: 'list' };
}

/** Returns the fragment of a route, with its `#`, for use as a link's `href`. */
export function formatRoute(route: Route): string {
  if (route.page === 'list') return '#/';
  if (route.page === 'keys') return '#/keys';
  const tab = route.tab === 'changes' ? '/changes' : '';
  return `#/instances/${encodeURIComponent(route.id)}${tab}`;
}

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
