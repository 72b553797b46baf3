import type { Message } from '../../../domain/conversation/message.ts';
import type { AgentInstanceId, MessageId } from '../../../domain/ids.ts';
import type { Notification } from '../../../domain/notification/notification.ts';
import type {
  ChangesSince,
  InstanceOverview,
  InstanceProgress,
} from '../../../ports/storage/dashboard-queries.ts';
import { type WireInstance, wireInstance } from '../../wire/agent-instance.ts';
import { wireConversationMessage } from '../../wire/conversation-message.ts';
import { wireDeliveries } from '../../wire/notification/notification.ts';
import type { LiveEventType } from './live-event.ts';

/** An event for the subscribers of an instance, before it has an id. */
export interface ChangeEvent {
  readonly type: LiveEventType;
  readonly data: object;
  /** The position of a new message; null for other events. */
  readonly position: number | null;
}

/** What the subscribers of an instance have received before a change is published. */
export interface SubscriberState {
  readonly seen: InstanceProgress;
  /** The instance as it was last published; null if that is not known. */
  readonly lastPublished: WireInstance | null;
  /** An agent whose last sign of life is before this time is silent. */
  readonly staleBefore: Date;
}

/**
 * Returns the events for changes of an instance. They include a `status_update` if the status, the name, the
 * end time, the request to stop or the context has changed, or if the last published state is not known. A
 * new message alone causes no `status_update`: clients derive the latest message and the length of the chat
 * from the message.
 */
export function changeEventsFor(changes: ChangesSince, state: SubscriberState): ChangeEvent[] {
  const { posted, amended, gitDiff } = changes;
  const statusEvents = statusChangeEvents(changes, state);
  const { id } = changes.instance;
  const otherEvents = [
    ...posted.map((message) => messageChangeEvent('message', message, changes)),
    ...amended.map((message) => messageChangeEvent('message_update', message, changes)),
    ...(gitDiff === undefined
      ? []
      : [changeEvent('git_diff_update', { agent_instance_id: id, git_diff: gitDiff })]),
  ];
  // For a new instance the status comes first, so that clients know the instance before its messages.
  return state.seen.version === 0 ? [...statusEvents, ...otherEvents] : [...otherEvents, ...statusEvents];
}

/** Returns the events for the instance itself: a new status, or else a new heartbeat. */
export function statusChangeEvents(
  overview: InstanceOverview,
  { lastPublished, staleBefore }: SubscriberState,
): ChangeEvent[] {
  const shownInstance = wireInstance(overview, { staleBefore });
  const { id, last_heartbeat_at } = shownInstance;
  if (lastPublished === null || needsStatusUpdate(lastPublished, shownInstance))
    return [changeEvent('status_update', shownInstance)];
  if (lastPublished.last_heartbeat_at === last_heartbeat_at) return [];
  return [changeEvent('agent_heartbeat', { agent_instance_id: id, last_heartbeat_at })];
}

export const messageChangeEvent = (
  type: 'message' | 'message_update',
  message: Message,
  { agentWaiting }: Pick<InstanceOverview, 'agentWaiting'>,
): ChangeEvent => ({
  type,
  data: {
    agent_instance_id: message.agentInstanceId,
    ...wireConversationMessage(message, { agentWaiting }),
  },
  position: type === 'message' ? message.position : null,
});

export const deliveryChangeEvent = (message: {
  readonly agentInstanceId: AgentInstanceId;
  readonly messageId: MessageId;
  readonly notifications: readonly Notification[];
}): ChangeEvent =>
  changeEvent('delivery_update', {
    agent_instance_id: message.agentInstanceId,
    message_id: message.messageId,
    deliveries: message.notifications.flatMap(wireDeliveries),
  });

const needsStatusUpdate = (before: WireInstance, after: WireInstance): boolean =>
  before.status !== after.status ||
  before.name !== after.name ||
  before.ended_at !== after.ended_at ||
  before.stop_requested?.at !== after.stop_requested?.at ||
  before.stop_seen_at !== after.stop_seen_at ||
  // Both texts come from `wireContext`, which has one order of the fields.
  JSON.stringify(before.context) !== JSON.stringify(after.context);

const changeEvent = (type: LiveEventType, data: object): ChangeEvent => ({ type, data, position: null });
