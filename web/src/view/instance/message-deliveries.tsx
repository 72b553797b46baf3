import { messageDeliveryText } from '../../model/notification/delivery-text.ts';
import type { Message } from '../../model/wire.ts';
import { destinations } from '../../store/notifications/destinations.ts';
import { now } from '../../store/page/clock.ts';

/** Says where the user was notified of a question or a step, and what became of that. */
export function MessageDeliveries({ message: { deliveries } }: { readonly message: Message }) {
  if (deliveries == null || deliveries.length === 0) return null;
  return (
    <ul class="message-deliveries" aria-label="Notifications">
      {deliveries.map((delivery) => (
        <li key={delivery.destination_id} data-status={delivery.status} dir="auto">
          {messageDeliveryText(delivery, destinations.value ?? [], now.value)}
        </li>
      ))}
    </ul>
  );
}
