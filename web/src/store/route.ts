import { signal } from '@preact/signals';
import { fragmentOf, parseRoute, type Route } from '../model/route.ts';

export const route = signal<Route>(parseRoute(location.hash));

addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

export function goTo(to: Route): void {
  location.hash = fragmentOf(to);
}
