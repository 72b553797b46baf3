import type { Notification } from '../../../domain/notification/notification.ts';
import type { DeliverySignal, DeliverySignals } from '../../../ports/signals/delivery-signals.ts';
import type { NotificationRepository } from '../../../ports/storage/notification-repository.ts';
import { wireDeliveries } from '../../wire/notification/notification.ts';

/**
 * Returns the same repository, which also publishes a signal when an update has changed what people see of
 * the deliveries of a message. A delivery that is just being sent counts as unchanged, so that each attempt
 * makes one signal, and not two.
 */
export function announceDeliveries(
  repository: NotificationRepository,
  signals: DeliverySignals,
): NotificationRepository {
  const { inBackground } = repository;
  return {
    ...(inBackground !== undefined && { inBackground: announceDeliveries(inBackground, signals) }),
    readSettings: (userId) => repository.readSettings(userId),
    updateSettings: (target, decide) => repository.updateSettings(target, decide),
    noteActive: (userId, activeUntil) => repository.noteActive(userId, activeUntil),
    async update(target, decide) {
      let announced: DeliverySignal | null = null;
      // After a conflict it decides again. The last decision is the one that is stored.
      const output = await repository.update(target, (before, record) => {
        const decision = decide(before, record);
        const after = decision.changes;
        const { agentInstanceId, messageId } = after ?? { agentInstanceId: null, messageId: null };
        announced =
          after === null || agentInstanceId === null || messageId === null || !looksChanged(before, after)
            ? null
            : { userId: target.userId, agentInstanceId, messageId };
        return decision;
      });
      if (announced !== null) signals.publishDeliveries([announced]);
      return output;
    },
    nextDue: (limit, without) => repository.nextDue(limit, without),
    onDue: (listener) => repository.onDue(listener),
    onSettings: (listener) => repository.onSettings(listener),
    findSilent: (criteria) => repository.findSilent(criteria),
    find: (userId, ids) => repository.find(userId, ids),
    list: (userId, page) => repository.list(userId, page),
    addLinks: (userId, links) => repository.addLinks(userId, links),
    findLink: (tokenHash) => repository.findLink(tokenHash),
    useLink: (userId, tokenHash, time) => repository.useLink(userId, tokenHash, time),
    deleteOutdated: (time) => repository.deleteOutdated(time),
  };
}

/** Returns whether people see another state of a delivery that nobody is working on. */
function looksChanged(before: Notification | null, after: Notification): boolean {
  const [shownBefore, shownAfter] = [before === null ? [] : wireDeliveries(before), wireDeliveries(after)];
  return after.deliveries.some(
    ({ busyUntil }, nth) =>
      busyUntil === null && JSON.stringify(shownBefore[nth]) !== JSON.stringify(shownAfter[nth]),
  );
}
