import type { AgentInstance } from '../conversation/agent-instance.ts';
import type { DestinationId } from '../ids.ts';
import { callbackDestination } from './callback.ts';
import type { Destination } from './destination.ts';
import type { Delivery, Notification } from './notification.ts';
import { heldUntil, type NotificationSettings, type RuleEvent } from './settings.ts';
import { isStillSilent } from './silence.ts';

/** How long a process may take to send. After that, another one sends it again. */
export const BUSY_MS = 60_000;
/** How often a delivery is tried. */
export const MAX_ATTEMPTS = 10;

/** What a process has to do now, and nobody else does meanwhile. */
export interface Task {
  readonly destination: Destination;
  readonly work: 'deliver' | 'recall';
  readonly delivery: Delivery;
  /** Whether it had to wait longer than the rules say, so that others may wait with it. */
  readonly wasHeld: boolean;
}

/** What is about to be done at a destination. See `Task`. */
export interface PacedWork extends Pick<Task, 'work' | 'wasHeld'> {
  /** Whether it is sent alone whatever comes with it: a test, or an outcome. */
  readonly isAlone: boolean;
}

/** What is known about a notification besides itself. */
export interface Situation {
  readonly settings: NotificationSettings;
  /** When the question ends by itself; null: never, or it is no question. */
  readonly expiresAt: Date | null;
  /** The destinations to which something else is sent now: what is due soon goes with it. */
  readonly joining: ReadonlySet<DestinationId>;
  /** Returns until when a destination can take nothing more; null: it can. */
  readonly fullUntil: (destination: Destination, about: PacedWork) => Date | null;
  readonly now: Date;
}

/**
 * Decides what has to be done for a notification now. The tasks are marked as being done, so that a second
 * process that advances it finds nothing to do.
 */
export function advance(
  notification: Notification,
  situation: Situation,
): { notification: Notification; tasks: readonly Task[] } {
  const { settings, now } = situation;
  const planned = notification.isPlanned ? notification : plan(notification, settings);
  const tasks: Task[] = [];
  const deliveries = planned.deliveries.map((delivery) => {
    const destination = targetsOf(planned, settings).find(({ id }) => id === delivery.destinationId);
    const work = nextWork(planned, delivery, situation);
    if (work === null) return delivery;
    if (destination === undefined || work === 'withdraw') return done(delivery);
    if (delivery.attempts >= MAX_ATTEMPTS) return gaveUp(delivery);
    const wasHeld = delivery.attempts === 0 && (delivery.nextAt ?? delivery.dueAt) > delivery.dueAt;
    const held =
      heldByRules(planned, work, situation) ??
      situation.fullUntil(destination, { work, wasHeld, isAlone: isAlwaysSent(planned) });
    if (held !== null) return { ...delivery, nextAt: held, busyUntil: null };
    const busyUntil = new Date(now.getTime() + BUSY_MS);
    const busy = { ...delivery, attempts: delivery.attempts + 1, nextAt: busyUntil, busyUntil };
    tasks.push({ destination, work, delivery: busy, wasHeld });
    return busy;
  });
  return { notification: changed(planned, deliveries), tasks };
}

/** Returns until when the rules hold a delivery that is due; null: they do not. */
const heldByRules = (
  notification: Notification,
  work: Task['work'],
  { settings, now, ...situation }: Situation,
): Date | null =>
  work === 'recall' || isAlwaysSent(notification)
    ? null
    : heldUntil(settings, waitingOf(notification, situation), now);

/** Returns what has to be done for a delivery now; null: nothing. */
function nextWork(
  { overAt }: Notification,
  { status, busyUntil, nextAt, receipt, attempts, destinationId }: Delivery,
  { settings, joining, now }: Situation,
): Task['work'] | 'withdraw' | null {
  if (busyUntil !== null && busyUntil > now) return null;
  if (overAt !== null && status === 'queued') return 'withdraw';
  if (overAt !== null && receipt !== null) return nextAt === null || nextAt <= now ? 'recall' : null;
  if (status !== 'queued' || nextAt === null) return null;
  const isJoining = joining.has(destinationId) && attempts === 0;
  const earlyMs = isJoining ? settings.rules.groupSeconds * 1000 : 0;
  return nextAt.getTime() <= now.getTime() + earlyMs ? 'deliver' : null;
}

/**
 * Whether nobody needs a notification any more: its owner has deleted the instance, or the agent is not
 * silent any more. A program that waits for an outcome gets it in any case.
 */
export function isNeedless(notification: Notification, instance: AgentInstance): boolean {
  if (notification.event === 'silent') return !isStillSilent(notification, instance);
  return instance.status === 'DELETED' && notification.event !== 'outcome';
}

/** Whether no rule of the person is about it: the person tries a destination, or a program is told. */
const isAlwaysSent = ({ event }: Notification): boolean => event === 'test' || event === 'outcome';

/** Returns the destinations that a notification may go to. */
const targetsOf = (notification: Notification, settings: NotificationSettings): readonly Destination[] =>
  notification.event === 'outcome' ? [callbackDestination(notification)] : settings.destinations;

/** Decides which destinations a notification goes to, and when. */
function plan(notification: Notification, settings: NotificationSettings): Notification {
  const { createdAt } = notification;
  const deliveries = targetsOf(notification, settings).flatMap((destination): Delivery[] => {
    if (notification.event === 'outcome') return [newDelivery(destination, createdAt)];
    const afterSeconds = delayOf(notification, destination, settings);
    if (afterSeconds === null) return [];
    const dueAt = new Date(createdAt.getTime() + (afterSeconds + settings.rules.groupSeconds) * 1000);
    return [newDelivery(destination, dueAt)];
  });
  return { ...notification, isPlanned: true, deliveries };
}

export const newDelivery = ({ id, channel }: Destination, dueAt: Date): Delivery => ({
  ...{ destinationId: id, channel, status: 'queued', dueAt, nextAt: dueAt, busyUntil: null, attempts: 0 },
  ...{ sentAt: null, openedAt: null, error: null, receipt: null, sentWith: null },
});

/** Returns after how many seconds a notification is due at a destination; null: never. */
function delayOf(
  { event, reach }: Notification,
  { id, kind }: Destination,
  { rules }: NotificationSettings,
): number | null {
  const said = kind === null ? null : (reach?.[kind] ?? null);
  if (said !== null) return said ? 0 : null;
  const delays = rules.rules
    .filter((rule) => isAbout(rule.event, event) && rule.destinations.includes(id))
    .map(({ afterSeconds }) => afterSeconds);
  return delays.length === 0 ? null : Math.min(...delays);
}

/** Whether a rule about the one event is about the other, too: an agent that has failed has also ended. */
const isAbout = (ruled: RuleEvent, event: Notification['event']): boolean =>
  ruled === event || (ruled === 'ended' && event === 'failed');

const waitingOf = ({ createdAt, reach }: Notification, { expiresAt }: Pick<Situation, 'expiresAt'>) => ({
  createdAt,
  isUrgentUntil: (time: Date) =>
    (expiresAt !== null && expiresAt <= time) || Object.values(reach ?? {}).includes(true),
});

/** Nothing more is done for it: it is needless now, or its destination was removed. */
const done = (delivery: Delivery): Delivery => ended(delivery, 'withdrawn');

/** The processes that had to do it were all killed meanwhile. */
const gaveUp = (delivery: Delivery): Delivery => ({
  ...ended(delivery, 'failed'),
  error: delivery.error ?? 'the server stopped while it was sent',
});

/** What the person has tapped was delivered, also if no process has noted it. */
const ended = (delivery: Delivery, unsent: 'withdrawn' | 'failed'): Delivery => ({
  ...{ ...delivery, nextAt: null, busyUntil: null, receipt: null },
  status: delivery.status !== 'queued' ? delivery.status : delivery.openedAt === null ? unsent : 'opened',
});

/** Returns the notification with these deliveries. */
export const changed = (notification: Notification, deliveries: readonly Delivery[]): Notification => ({
  ...notification,
  deliveries,
  version: notification.version + 1,
});

/**
 * Makes what waits due by its time again: the rules that held it have changed. Returns null if nothing waits.
 * @param works the destination that works again: what is to be tried again there does not wait any longer.
 */
export function release(
  notification: Notification,
  now: Date,
  works: DestinationId | null = null,
): Notification | null {
  const waits = ({ status, busyUntil, nextAt, dueAt, attempts, destinationId }: Delivery) =>
    status === 'queued' &&
    busyUntil === null &&
    nextAt !== null &&
    nextAt > now &&
    nextAt > dueAt &&
    (works === null ? attempts === 0 : destinationId === works);
  if (!notification.deliveries.some(waits)) return null;
  const deliveries = notification.deliveries.map((delivery) =>
    waits(delivery) ? { ...delivery, nextAt: delivery.dueAt > now ? delivery.dueAt : now } : delivery,
  );
  return changed(notification, deliveries);
}

/** Changes the delivery to one destination. Returns null if there is none. */
export function changeDelivery(
  notification: Notification,
  destinationId: DestinationId,
  change: (delivery: Delivery) => Delivery,
): Notification | null {
  if (!notification.deliveries.some((delivery) => delivery.destinationId === destinationId)) return null;
  const deliveries = notification.deliveries.map((delivery) =>
    delivery.destinationId === destinationId ? change(delivery) : delivery,
  );
  return changed(notification, deliveries);
}
