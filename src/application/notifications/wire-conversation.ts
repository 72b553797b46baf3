import type { Message } from '../../domain/conversation/message.ts';
import type { NotificationId } from '../../domain/ids.ts';
import { notificationIdsOf } from '../../domain/notification/callback.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import type { Ports } from '../use-case.ts';
import { type WireConversationMessage, wireConversationMessage } from '../wire/conversation-message.ts';
import { wireDeliveries } from '../wire/notification/notification.ts';

/** Returns messages as the dashboard gets them. A person also gets what became of their notifications. */
export async function wireConversation(
  { notificationPorts = null }: Pick<Ports, 'notificationPorts'>,
  { userId, scopes }: Caller,
  { messages, agentWaiting }: { readonly messages: readonly Message[]; readonly agentWaiting: boolean },
): Promise<WireConversationMessage[]> {
  const wireMessages = messages.map((message) => wireConversationMessage(message, { agentWaiting }));
  const ids = messages.flatMap(notificationsOf);
  if (notificationPorts === null || ids.length === 0 || !scopes.includes('dashboard')) return wireMessages;
  const found = await notificationPorts.repository.find(userId, ids);
  const sorted = found.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const byMessage = Map.groupBy(sorted, ({ messageId }) => messageId as string | null);
  return wireMessages.map((message) => {
    const deliveries = byMessage.get(message.id)?.flatMap(wireDeliveries);
    return deliveries === undefined ? message : { ...message, deliveries };
  });
}

/** Returns the ids of the notifications that there may be of a message. */
function notificationsOf({ id, questionStatus, reach }: Message): readonly NotificationId[] {
  if (questionStatus === null && reach === null) return [];
  const ids = notificationIdsOf(id);
  return reach?.callback == null ? ids.slice(0, 1) : ids;
}
