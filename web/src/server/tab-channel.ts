import { PAGE_PATH } from './page-url.ts';

/**
 * Opens a channel to the other tabs of this page, or returns null if the browser forbids it. Another server
 * of the same host, at another path, has other channels.
 */
export function openTabChannel(name: string): BroadcastChannel | null {
  try {
    return new BroadcastChannel(`agent-dashboard:${PAGE_PATH}:${name}`);
  } catch {
    return null;
  }
}
