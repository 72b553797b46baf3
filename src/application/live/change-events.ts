import type { Message } from '../../domain/conversation/message.ts';
import type { ChangesSince, InstanceOverview, Seen } from '../../ports/storage/dashboard-queries.ts';
import { type WireInstance, wireInstance } from '../wire/agent-instance.ts';
import { wireConversationMessage } from '../wire/conversation-message.ts';
import type { LiveEventType } from './live-event.ts';

/** Something that observers of an instance are told, before it has an id. */
export interface ChangeEvent {
  readonly type: LiveEventType;
  readonly data: object;
  /** Of a new message. */
  readonly position: number | null;
}

/** What observers know of an instance when they are told more. */
export interface ObserverState {
  readonly seen: Seen;
  /** null: nothing but how far it was. */
  readonly lastPublished: WireInstance | null;
  readonly silentSince: Date;
}

/**
 * What to tell of changes. The status is told where it, the name or the end is another one, or nobody knows
 * what was told before; what a message makes of an overview follows from the message.
 */
export function changeEventsFor(changes: ChangesSince, known: ObserverState): ChangeEvent[] {
  const { posted, amended, gitDiff } = changes;
  const status = statusChangeEvents(changes, known);
  const { id } = changes.instance;
  const happenings = [
    ...posted.map((message) => messageChangeEvent('message', message, changes)),
    ...amended.map((message) => messageChangeEvent('message_update', message, changes)),
    ...(gitDiff === undefined
      ? []
      : [changeEvent('git_diff_update', { agent_instance_id: id, git_diff: gitDiff })]),
  ];
  // Whoever has never heard of it learns first what it is.
  return known.seen.version === 0 ? [...status, ...happenings] : [...happenings, ...status];
}

/** What to tell of an instance itself. */
export function statusChangeEvents(overview: InstanceOverview, { lastPublished: told, silentSince }: ObserverState): ChangeEvent[] {
  const shown = wireInstance(overview, { silentSince });
  const { id, last_heartbeat_at } = shown;
  if (told === null || isOtherStatus(told, shown)) return [changeEvent('status_update', shown)];
  if (told.last_heartbeat_at === last_heartbeat_at) return [];
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

const isOtherStatus = (told: WireInstance, shown: WireInstance): boolean =>
  told.status !== shown.status || told.name !== shown.name || told.ended_at !== shown.ended_at;

const changeEvent = (type: LiveEventType, data: object): ChangeEvent => ({ type, data, position: null });
