import { signal } from '@preact/signals';
import { formatRoute, parseRoute, type Route } from '../../model/route.ts';

export const currentRoute = signal<Route>(parseRoute(location.hash));

/** The view that was open before this one. Null: the page was opened with the current view. */
let previousRoute: Route | null = null;

addEventListener('hashchange', () => {
  const route = parseRoute(location.hash);
  if (viewOf(route) !== viewOf(currentRoute.value)) previousRoute = currentRoute.value;
  currentRoute.value = route;
});

/** Opens a route, and adds it to the browser's history. */
export function goTo(route: Route): void {
  location.hash = formatRoute(route);
}

/** Opens a route in place of the current one. The browser's Back button then skips the current one. */
export function replaceRoute(route: Route): void {
  location.replace(formatRoute(route));
}

/** Returns to the list. If the user came from the list, this goes back in the browser's history. */
export function goBack(): void {
  if (currentRoute.value.page === 'list') return;
  if (previousRoute?.page === 'list') history.back();
  else replaceRoute({ page: 'list' });
}

/** Identifies a view. The tabs of an instance belong to one view. */
const viewOf = (route: Route): string => (route.page === 'instance' ? route.id : route.page);
