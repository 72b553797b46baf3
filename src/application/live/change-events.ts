import type { Message } from '../../domain/conversation/message.ts';
import type { ChangesSince, InstanceOverview, Seen } from '../../ports/storage/dashboard-queries.ts';
import { type WireInstance, wireInstance } from '../wire/agent-instance.ts';
import { wireConversationMessage } from '../wire/conversation-message.ts';
import type { LiveEventType } from './live-event.ts';

/** Something that observers of an instance are told, before it has an id. */
export interface Happening {
  readonly type: LiveEventType;
  readonly data: object;
  /** Of a new message. */
  readonly position: number | null;
}

/** What observers know of an instance when they are told more. */
export interface Known {
  readonly seen: Seen;
  /** null: nothing but how far it was. */
  readonly told: WireInstance | null;
  readonly silentSince: Date;
}

/**
 * What to tell of changes. The status is told where it, the name or the end is another one, or nobody knows
 * what was told before; what a message makes of an overview follows from the message.
 */
export function happeningsOf(changes: ChangesSince, known: Known): Happening[] {
  const { posted, amended, gitDiff } = changes;
  const status = statusHappening(changes, known);
  const { id } = changes.instance;
  const happenings = [
    ...posted.map((message) => messageHappening('message', message, changes)),
    ...amended.map((message) => messageHappening('message_update', message, changes)),
    ...(gitDiff === undefined
      ? []
      : [happening('git_diff_update', { agent_instance_id: id, git_diff: gitDiff })]),
  ];
  // Whoever has never heard of it learns first what it is.
  return known.seen.version === 0 ? [...status, ...happenings] : [...happenings, ...status];
}

/** What to tell of an instance itself. */
export function statusHappening(overview: InstanceOverview, { told, silentSince }: Known): Happening[] {
  const shown = wireInstance(overview, { silentSince });
  const { id, last_heartbeat_at } = shown;
  if (told === null || isOtherStatus(told, shown)) return [happening('status_update', shown)];
  if (told.last_heartbeat_at === last_heartbeat_at) return [];
  return [happening('agent_heartbeat', { agent_instance_id: id, last_heartbeat_at })];
}

export const messageHappening = (
  type: 'message' | 'message_update',
  message: Message,
  { agentWaiting }: Pick<InstanceOverview, 'agentWaiting'>,
): Happening => ({
  type,
  data: {
    agent_instance_id: message.agentInstanceId,
    ...wireConversationMessage(message, { agentWaiting }),
  },
  position: type === 'message' ? message.position : null,
});

const isOtherStatus = (told: WireInstance, shown: WireInstance): boolean =>
  told.status !== shown.status || told.name !== shown.name || told.ended_at !== shown.ended_at;

const happening = (type: LiveEventType, data: object): Happening => ({ type, data, position: null });
