import { signal } from '@preact/signals';
import { formatRoute, parseRoute, type Route } from '../../model/route.ts';

export const currentRoute = signal<Route>(parseRoute(location.hash));

/** Where the browser's own "back" leads, if it is in this page. */
let before: Route | null = null;

addEventListener('hashchange', () => {
  const to = parseRoute(location.hash);
  if (keyOf(to) !== keyOf(currentRoute.value)) before = currentRoute.value;
  currentRoute.value = to;
});

export function goTo(to: Route): void {
  location.hash = formatRoute(to);
}

/** Without an entry in the history: "back" from there leads to the list, not through all that was looked at. */
export function replaceRoute(to: Route): void {
  location.replace(formatRoute(to));
}

/** To the list, as the browser's own "back" does where the person came from it. */
export function goBack(): void {
  if (currentRoute.value.page === 'list') return;
  if (before?.page === 'list') history.back();
  else replaceRoute({ page: 'list' });
}

/** The tabs of an instance are one place. */
const keyOf = (of: Route): string => (of.page === 'instance' ? of.id : of.page);
