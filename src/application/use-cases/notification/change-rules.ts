import type { NotificationSettings } from '../../../domain/notification/settings.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { releaseHeld } from '../../notifications/delivery/release-held.ts';
import { requireNotifications } from '../../notifications/require-notifications.ts';
import { defineUseCase } from '../../use-case.ts';
import { notificationRules, readRules, wireRules } from '../../wire/notification/notification-rules.ts';

/** Replaces the rules that say when the user is notified, and where. */
export const changeNotificationRules = defineUseCase({
  name: 'change_notification_rules',
  summary: 'Say when you are notified, and where',
  errorCodes: ['notifications_disabled'],
  scopes: ['dashboard'],
  input: notificationRules,
  output: notificationRules,
  async run(ports, { caller: { userId }, input, idempotency }) {
    const { repository } = requireNotifications(ports);
    const changed = await repository.updateSettings(
      { userId, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, (before: NotificationSettings) => {
        const rules = readRules(input, new Set(before.destinations.map(({ id }) => id)));
        return { output: wireRules(rules), changes: { ...before, rules } };
      }),
    );
    await releaseHeld(repository, userId, ports.clock.now());
    return changed;
  },
});
