import { signal } from '@preact/signals';

const TICK_MS = 20_000;

/** The current time in ms, for relative times on the page. It is not updated while the page is hidden. */
export const now = signal(Date.now());

const tick = (): void => {
  if (document.visibilityState === 'visible') now.value = Date.now();
};

const SECOND_MS = 1_000;
let everySecond: ReturnType<typeof setInterval> | undefined;

/** The current time in ms, to the second. It is updated only while something on the page shows it. */
export const nowToTheSecond = signal(Date.now(), {
  watched() {
    nowToTheSecond.value = Date.now();
    everySecond = setInterval(() => {
      nowToTheSecond.value = Date.now();
    }, SECOND_MS);
  },
  unwatched() {
    clearInterval(everySecond);
  },
});

setInterval(tick, TICK_MS);
document.addEventListener('visibilitychange', tick);
