import { notificationPermission, requestNotificationPermission } from '../../store/agents/question-alerts.ts';

const TEXTS = {
  granted: 'While this page is open in the background, this browser shows you each new question.',
  denied: 'This browser blocks notifications of this page. You can allow them in its settings.',
  unsupported: 'This browser cannot show notifications of this page.',
  default: 'This browser can show you each new question while this page is open in the background.',
} as const satisfies Record<typeof notificationPermission.value, string>;

/** Notifications that the page itself shows. They need no destination, but an open page. */
export function BrowserAlerts() {
  const permission = notificationPermission.value;
  return (
    <section class="settings-section" aria-labelledby="browser-alerts">
      <h2 id="browser-alerts">In this browser, while the page is open</h2>
      <p class="muted">{TEXTS[permission]}</p>
      {permission === 'default' && (
        <button type="button" class="plain-button" onClick={() => void requestNotificationPermission()}>
          Notify me about questions
        </button>
      )}
    </section>
  );
}
