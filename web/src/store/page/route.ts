import { signal } from '@preact/signals';
import { fragmentOf, parseRoute, type Route } from '../../model/page-address.ts';

export const route = signal<Route>(parseRoute(location.hash));

/** Where the browser's own "back" leads, if it is in this page. */
let before: Route | null = null;

addEventListener('hashchange', () => {
  const to = parseRoute(location.hash);
  if (keyOf(to) !== keyOf(route.value)) before = route.value;
  route.value = to;
});

export function goTo(to: Route): void {
  location.hash = fragmentOf(to);
}

/** Without an entry in the history: "back" from there leads to the list, not through all that was looked at. */
export function switchTo(to: Route): void {
  location.replace(fragmentOf(to));
}

/** To the list, as the browser's own "back" does where the person came from it. */
export function goBack(): void {
  if (route.value.page === 'list') return;
  if (before?.page === 'list') history.back();
  else switchTo({ page: 'list' });
}

/** The tabs of an instance are one place. */
const keyOf = (of: Route): string => (of.page === 'instance' ? of.id : of.page);
