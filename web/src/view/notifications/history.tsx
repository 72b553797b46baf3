import { deliveryText, destinationNameOf } from '../../model/notification/delivery-text.ts';
import { formatRoute } from '../../model/route.ts';
import type { Notification } from '../../model/wire.ts';
import { dashboard } from '../../store/agents/dashboard.ts';
import { destinations } from '../../store/notifications/destinations.ts';
import { notifications } from '../../store/notifications/history.ts';
import { now } from '../../store/page/clock.ts';
import { Timestamp } from '../common/timestamp.tsx';

const SHOWN_COUNT = 20;

const EVENT_TEXTS = {
  ...{ question: 'Question', step: 'Message', ended: 'Ended', failed: 'Failed', silent: 'Silent' },
  ...{ outcome: 'Answer for a program', test: 'Test' },
} as const;

/** The last notifications, and what became of each at its destinations. */
export function History() {
  const list = (notifications.value ?? []).slice(0, SHOWN_COUNT);
  if (list.length === 0) return null;
  return (
    <section class="settings-section" aria-labelledby="history">
      <h2 id="history">Last notifications</h2>
      <ul class="history" aria-label="Last notifications">
        {list.map((notification) => (
          <Row key={notification.id} notification={notification} />
        ))}
      </ul>
    </section>
  );
}

function Row({ notification }: { readonly notification: Notification }) {
  const { event, created_at, deliveries, over_at } = notification;
  return (
    <li>
      <p class="history-head">
        <span>
          {EVENT_TEXTS[event]} <Agent notification={notification} />
        </span>
        <Timestamp time={created_at} />
      </p>
      <ul class="history-deliveries">
        {deliveries.map((delivery) => (
          <li key={delivery.destination_id} data-status={delivery.status} dir="auto">
            {destinationNameOf(delivery, destinations.value ?? [])}: {deliveryText(delivery, now.value)}
          </li>
        ))}
        {deliveries.length === 0 && (
          <li>{over_at === null ? 'not sent anywhere' : 'not sent: it was over before'}</li>
        )}
      </ul>
    </li>
  );
}

function Agent({ notification: { agent_instance_id: id } }: { readonly notification: Notification }) {
  if (id === null) return null;
  const instance = dashboard.value.instances.get(id);
  return (
    <a href={formatRoute({ page: 'instance', id, tab: 'conversation' })} dir="auto">
      {instance?.name ?? instance?.agent_type_name ?? 'an agent'}
    </a>
  );
}
