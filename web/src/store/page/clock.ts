import { signal } from '@preact/signals';

const TICK_MS = 20_000;

/** What relative times are relative to. Stands still while nobody looks. */
export const now = signal(Date.now());

const tick = (): void => {
  if (document.visibilityState === 'visible') now.value = Date.now();
};

setInterval(tick, TICK_MS);
document.addEventListener('visibilitychange', tick);
