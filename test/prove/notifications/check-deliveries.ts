import type { Arrival, Channel } from './arrivals.ts';
import { CHANNELS } from './arrivals.ts';
import type { Place, Plan } from './asked-question.ts';
import type { SeenNotification } from './read-notifications.ts';

/** What is known about one question in the end. */
export interface QuestionRecord {
  readonly id: string;
  readonly plan: Plan;
  readonly place: Place;
  readonly tapStatus: number | null;
  readonly notification: SeenNotification | undefined;
  /** What arrived of it, in order. */
  readonly arrivals: readonly Arrival[];
}

export interface Disturbances {
  /** When processes were killed, by `Date.now()`. */
  readonly kills: readonly number[];
  /** For how long after its question has ended a delivery may arrive that had begun before. */
  readonly maxInFlightMs: number;
}

/** How soon after the acceptance a process has noted it, unless the machine is very busy. */
const NOTED_MS = 5_000;
/** What a killed process has left is taken up again after a minute. The clocks of the check are not exact. */
const TAKEN_UP_MS = 50_000;

/** Why something arrived again. */
export type Reason = 'unanswered' | 'killed';

/** Returns why each repetition of an arrival happened; null for one without a reason. */
export function repetitionsOf(
  arrivals: readonly Arrival[],
  { kills }: Pick<Disturbances, 'kills'>,
): readonly (Reason | null)[] {
  return arrivals.slice(1).map((arrival, nth) => {
    const { at, isUnanswered } = arrivals[nth]!;
    const isKilled = kills.some((killedAt) => killedAt >= at && killedAt <= at + NOTED_MS);
    if (isKilled && arrival.at - at >= TAKEN_UP_MS) return 'killed';
    return isUnanswered ? 'unanswered' : null;
  });
}

/** Returns what is wrong with the deliveries of a question; an empty list if nothing is. */
export function findingsIn(record: QuestionRecord, disturbances: Disturbances): string[] {
  const { id, notification, ...known } = record;
  if (notification === undefined) return [`${id} has no notification: ${JSON.stringify(known)}`];
  return CHANNELS.flatMap((channel) =>
    channelFindings(record, notification, channel, disturbances).map(
      (finding) => `${id} ${channel} ${finding}: ${JSON.stringify({ ...known, notification })}`,
    ),
  );
}

function channelFindings(
  { plan, place, tapStatus, arrivals }: QuestionRecord,
  { over_at, deliveries }: SeenNotification,
  channel: Channel,
  disturbances: Disturbances,
): string[] {
  const ofChannel = deliveries.filter((delivery) => delivery.channel === channel);
  const [delivery] = ofChannel;
  if (delivery === undefined || ofChannel.length > 1) return [`has ${ofChannel.length} deliveries`];
  const { status, sent_at } = delivery;
  const arrived = arrivals.filter((arrival) => arrival.channel === channel);
  const asked = arrived.filter(({ work }) => work === 'asked');
  const over = arrived.filter(({ work }) => work === 'over');
  const isTapped = tapStatus !== null && place === channel;
  const findings: string[] = [];
  const check = (isRight: boolean, finding: string) => {
    if (!isRight) findings.push(finding);
  };

  if (plan === 'never') check(status === 'sent' && over_at === null, `is ${status}`);
  else check(['withdrawn', 'opened'].includes(status) && over_at !== null, `is ${status} in the end`);
  if (status === 'opened') check(isTapped, 'is opened, and nobody tapped it');
  // A process may be killed between the answer and the note. Then the next tap comes too late: 409.
  if (isTapped && tapStatus === 200) check(status === 'opened', 'was tapped, and is not opened');
  if (plan !== 'at once') check(asked.length > 0, 'was lost');
  if (sent_at !== null) check(asked.length > 0, 'says that it was sent');
  if (sent_at === null)
    check(
      asked.every((arrival) => canBeUnknown(arrival, disturbances)),
      'was sent',
    );
  if (sent_at !== null && plan !== 'never') check(over.length > 0, 'was not taken back');
  if (sent_at === null || plan === 'never') check(over.length === 0, 'was taken back');
  check(!repetitionsOf(asked, disturbances).includes(null), 'arrived twice');
  check(!repetitionsOf(over, disturbances).includes(null), 'was taken back twice');
  const latest = asked.at(-1)?.at ?? 0;
  check(over.length === 0 || latest <= over[0]!.at, 'arrived after it was taken back');
  const endedAt = over_at === null ? Number.POSITIVE_INFINITY : Date.parse(over_at);
  check(latest <= endedAt + disturbances.maxInFlightMs, 'arrived after its question had ended');
  return findings;
}

/** Whether the servers may not know of it: they got no response, or were killed before they noted it. */
const canBeUnknown = ({ isUnanswered, at }: Arrival, { kills }: Disturbances): boolean =>
  isUnanswered || kills.some((killedAt) => killedAt >= at && killedAt <= at + NOTED_MS);

/** How many deliveries arrived and are not known to the servers, so that nobody could take them back. */
export const unknownDeliveries = ({ notification, arrivals }: QuestionRecord): number =>
  CHANNELS.filter(
    (channel) =>
      arrivals.some((arrival) => arrival.channel === channel && arrival.work === 'asked') &&
      notification?.deliveries.find((delivery) => delivery.channel === channel)?.sent_at === null,
  ).length;
