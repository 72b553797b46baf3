import { signal } from '@preact/signals';

const TICK_MS = 20_000;

/** The current time in ms, for relative times on the page. It is not updated while the page is hidden. */
export const now = signal(Date.now());

const tick = (): void => {
  if (document.visibilityState === 'visible') now.value = Date.now();
};

setInterval(tick, TICK_MS);
document.addEventListener('visibilitychange', tick);
