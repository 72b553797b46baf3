/** Where in the page the person is. It lives in the address's fragment. */
export type Route =
  | { readonly page: 'list' }
  | { readonly page: 'instance'; readonly id: string; readonly tab: 'conversation' | 'changes' }
  | { readonly page: 'keys' };

export function parseRoute(fragment: string): Route {
  const [first, id, tab] = fragment.replace(/^#?\/?/, '').split('/');
  if (first === 'keys') return { page: 'keys' };
  if (first === 'instances' && id) {
    return { page: 'instance', id: decode(id), tab: tab === 'changes' ? 'changes' : 'conversation' };
  }
  return { page: 'list' };
}

export function formatRoute(route: Route): string {
  if (route.page === 'list') return '#/';
  if (route.page === 'keys') return '#/keys';
  const tab = route.tab === 'changes' ? '/changes' : '';
  return `#/instances/${encodeURIComponent(route.id)}${tab}`;
}

/** The one-time code of the link that the server prints. */
export const parseSignInCode = (fragment: string): string | null =>
  new URLSearchParams(fragment.replace(/^#/, '')).get('code');

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
