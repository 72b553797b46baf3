import { notificationsDisabled } from '../errors.ts';
import type { Ports } from '../use-case.ts';
import type { NotificationPorts } from './notification-ports.ts';

/** @throws RequestError `notifications_disabled` if this server notifies nobody. */
export function requireNotifications({
  notificationPorts = null,
}: Pick<Ports, 'notificationPorts'>): NotificationPorts {
  if (notificationPorts === null) throw notificationsDisabled();
  return notificationPorts;
}
