import { isTestPending } from '../../model/notification/destination-state.ts';
import { destinations, isDisabled, reloadStates } from './destinations.ts';
import { notifications } from './history.ts';

const LOOK_INTERVAL_MS = 2_000;
/** After so many intervals, the page looks also if no test waits: for what became of other notifications. */
const MAX_PAUSE = 15;

/**
 * Looks for the taps on tests, as long as the page is visible: often while a test waits for one.
 * @returns a function that stops it
 */
export function watchTests(): () => void {
  let isLoading = false;
  let paused = 0;
  const timer = setInterval(() => {
    if (isDisabled.value) return;
    const isWaiting = (destinations.value ?? []).some((one) =>
      isTestPending(one, notifications.value ?? [], Date.now()),
    );
    paused += 1;
    if (isLoading || document.visibilityState !== 'visible' || (!isWaiting && paused < MAX_PAUSE)) return;
    isLoading = true;
    paused = 0;
    void reloadStates()
      .catch(() => null)
      .finally(() => {
        isLoading = false;
      });
  }, LOOK_INTERVAL_MS);
  return () => clearInterval(timer);
}
