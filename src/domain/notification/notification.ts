import type { AgentInstance } from '../conversation/agent-instance.ts';
import type { Changes } from '../conversation/conversation.ts';
import { isOpenQuestion, type JsonObject, type Message } from '../conversation/message.ts';
import { demandsReach, type Reach } from '../conversation/reach.ts';
import type { AgentInstanceId, DestinationId, MessageId, NotificationId } from '../ids.ts';
import { outcomeNotificationId } from './callback.ts';
import type { RuleEvent } from './settings.ts';

/**
 * What a notification is about. `step`: a step that asks for it. `outcome`: a question is over, and the
 * program that asked wants to be told. `test`: the person tries a destination.
 */
export type NotificationEvent = RuleEvent | 'step' | 'outcome' | 'test';

export type DeliveryStatus = 'queued' | 'sent' | 'failed' | 'withdrawn' | 'opened';

/** One notification on its way to one destination. A notification has at most one for each destination. */
export interface Delivery {
  readonly destinationId: DestinationId;
  /** The name of its channel when it was planned. */
  readonly channel: string;
  readonly status: DeliveryStatus;
  /** When it is due by the rules. */
  readonly dueAt: Date;
  /** When something has to be done next: try, try again, or take it back. null: nothing. */
  readonly nextAt: Date | null;
  /** While a process sends it or takes it back: when that process counts as gone. Else null. */
  readonly busyUntil: Date | null;
  readonly attempts: number;
  readonly sentAt: Date | null;
  /** When the person opened it or tapped it; null if that is not known. */
  readonly openedAt: Date | null;
  /** Why the last attempt failed, for people; null if it did not. */
  readonly error: string | null;
  /** What the channel needs to take it back; null if it cannot be taken back. */
  readonly receipt: JsonObject | null;
  /** The notifications that were sent as one; null: this one alone. */
  readonly sentWith: readonly NotificationId[] | null;
}

/** Says that something needs the person, and what became of it at each destination. */
export interface Notification {
  readonly id: NotificationId;
  readonly event: NotificationEvent;
  /** null for a test. */
  readonly agentInstanceId: AgentInstanceId | null;
  /** The question or the step; null if it is about neither. */
  readonly messageId: MessageId | null;
  readonly reach: Reach | null;
  readonly createdAt: Date;
  /** When it became needless: its question ended. null: it has not. */
  readonly overAt: Date | null;
  /** Whether it is decided which destinations it goes to. */
  readonly isPlanned: boolean;
  readonly deliveries: readonly Delivery[];
  /** Grows by one with every change. The store uses it to prevent lost updates. */
  readonly version: number;
}

/** What a change of a conversation means for notifications. */
export interface NotificationChange {
  readonly id: NotificationId;
  readonly event: NotificationEvent;
  readonly agentInstanceId: AgentInstanceId;
  readonly messageId: MessageId | null;
  readonly reach: Reach | null;
  readonly at: Date;
  /** false: the notification is made, unless it exists. true: it is over, if it exists. */
  readonly isOver: boolean;
}

/**
 * Returns what the changes of a conversation mean for notifications: an open question makes one, an ended one
 * is over, and an instance that ends makes one. A change that is saved twice makes no second one.
 * @param before the instance as it was before the changes; null: it did not exist.
 */
export function notificationChangesOf(
  changes: Changes,
  before: Pick<AgentInstance, 'endedAt'> | null,
): readonly NotificationChange[] {
  const { instance, posted, amended } = changes;
  const ofMessages = [...posted, ...amended].flatMap((message) => changeOf(message, changes));
  const { id: agentInstanceId, endedAt } = instance;
  // An instance that ended before is changed, too: its agent reads messages, or its owner renames it.
  const hasEnded = endedAt !== null && endedAt.getTime() !== before?.endedAt?.getTime();
  if (instance.status !== 'COMPLETED' || !hasEnded) return ofMessages;
  const id = agentInstanceId as string as NotificationId;
  const event = instance.failure === null ? 'ended' : 'failed';
  const ended = { id, event, messageId: null, reach: null, at: endedAt, isOver: false } as const;
  return [...ofMessages, { ...ended, agentInstanceId }];
}

function changeOf(message: Message, changes: Changes): readonly NotificationChange[] {
  const isStep = message.senderType === 'AGENT' && message.questionStatus === null;
  if (message.questionStatus === null && !(isStep && demandsReach(message.reach))) return [];
  const isOver = !isStep && !isOpenQuestion(message);
  const { id, agentInstanceId, reach, createdAt } = message;
  const at = isOver ? endOf(message, changes) : createdAt;
  const common = { agentInstanceId, messageId: id, reach, at };
  const own = { ...common, id: id as string as NotificationId, isOver } as const;
  if (!isOver || reach?.callback == null) return [{ ...own, event: isStep ? 'step' : 'question' }];
  const told = { ...common, id: outcomeNotificationId(id), event: 'outcome', isOver: false } as const;
  return [{ ...own, event: 'question' }, told];
}

/**
 * Returns when a question ended. If its agent ended it, the instance shows when that was. A person and a
 * deadline are no activity of the agent, and may come later.
 */
function endOf(question: Message, { instance, posted }: Changes): Date {
  const answer = posted.find(({ id }) => id === question.answerId);
  const deadline = question.questionStatus === 'expired' ? question.expiresAt : null;
  const times = [instance.lastActivityAt, answer?.createdAt, deadline].map((time) => time?.getTime() ?? 0);
  return new Date(Math.max(...times));
}

/** Returns when something has to be done next for a notification; null: nothing. */
export function nextActionAt({ createdAt, overAt, isPlanned, deliveries }: Notification): Date | null {
  if (!isPlanned) return createdAt;
  const isToTakeBack = ({ status, busyUntil, nextAt, receipt }: Delivery) =>
    busyUntil === null && (status === 'queued' || (receipt !== null && nextAt === null));
  if (overAt !== null && deliveries.some(isToTakeBack)) return overAt;
  return deliveries.reduce<Date | null>(
    (first, { nextAt }) => (nextAt !== null && (first === null || nextAt < first) ? nextAt : first),
    null,
  );
}

/** Whether something has to be done earlier than before. */
export function isDueSooner(before: Notification | null, after: Notification): boolean {
  const [timeBefore, timeAfter] = [before === null ? null : nextActionAt(before), nextActionAt(after)];
  return timeAfter !== null && (timeBefore === null || timeAfter < timeBefore);
}

/** Makes the notification of a change. Returns null if it exists already. */
export function newNotification(
  stored: Notification | null,
  { isOver: _, at: createdAt, ...change }: NotificationChange,
): Notification | null {
  // An instance that was opened again can end again.
  const isEnd = change.event === 'ended' || change.event === 'failed';
  if (stored !== null && (!isEnd || stored.createdAt >= createdAt)) return null;
  const version = (stored?.version ?? 0) + 1;
  return { ...change, createdAt, overAt: null, isPlanned: false, deliveries: [], version };
}

/** Returns the notification after its question has ended; null if there is none, or if that is known. */
export const overNotification = (
  stored: Notification | null,
  { at }: NotificationChange,
): Notification | null =>
  stored === null || stored.overAt !== null ? null : { ...stored, overAt: at, version: stored.version + 1 };
