import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import {
  checkThisBrowser,
  thisBrowser,
  turningOn,
  turnOff,
  turnOn,
  turnProblem,
} from '../../store/notifications/push-subscription.ts';
import { showError } from '../../store/page/notices.ts';

/** @param onChange called after this browser was added to the destinations, or removed from them */
export function ThisBrowser({ onChange }: { readonly onChange?: () => void }) {
  useEffect(() => void checkThisBrowser().catch(showError), []);
  const isTurningOff = useSignal(false);
  const run = async (action: () => Promise<void>) => {
    turnProblem.value = null;
    try {
      await action();
      onChange?.();
    } catch (error) {
      turnProblem.value = error instanceof Error ? error.message : 'This did not work. Try again.';
    }
  };
  const turn = async (isOn: boolean) => {
    if (isTurningOff.value || turningOn.value !== null) return;
    if (!isOn) return run(turnOn);
    isTurningOff.value = true;
    await run(turnOff);
    isTurningOff.value = false;
  };
  const { value } = thisBrowser;
  if (value.state === 'unknown') return null;
  const isOn = value.state === 'on';
  const step = turningOn.value;
  return (
    <section class="settings-section" aria-labelledby="this-browser">
      <h2 id="this-browser">In this browser, while the page is closed</h2>
      <p class="muted">{value.state === 'unsupported' ? value.reason : isOn ? ON : OFF}</p>
      {value.state !== 'unsupported' && (
        <>
          {/* Not `disabled`: the button would lose the focus. */}
          <button
            type="button"
            class="plain-button"
            aria-disabled={step !== null || isTurningOff.value}
            onClick={() => void turn(isOn)}
          >
            {isOn ? 'Turn off in this browser' : 'Turn on in this browser'}
          </button>
          <p class="muted turning-on" role="status">
            {step !== null && STEPS[step]}
          </p>
          <p class="shaped-error" role="alert">
            {turnProblem.value}
          </p>
        </>
      )}
    </section>
  );
}

const STEPS = {
  'asking-user': 'Waiting for your permission: this browser asks for it…',
  'asking-service': 'Asking the push service of this browser… This may take a minute.',
  saving: 'Adding this browser to your destinations…',
} as const;
const ON = 'It notifies you, also while this page is closed.';
const OFF = 'It can notify you while this page is closed, and you can answer from the notification.';
