import type { Delivery, Destination, Notification } from '../wire.ts';
import { isForPrograms } from './channel-text.ts';

/** What a destination is known to do. */
export type DestinationState =
  | { readonly kind: 'untested' }
  /** A test is on its way to the channel. */
  | { readonly kind: 'sending' }
  /** The channel has accepted a test, and the person has not tapped it yet. */
  | { readonly kind: 'waiting' }
  /** A program has accepted something, and more is never known of it: it does not tap. */
  | { readonly kind: 'accepted'; readonly at: string; readonly isTest: boolean }
  | WorkingState
  | { readonly kind: 'failing'; readonly since: string; readonly reason: string | null };

export interface WorkingState {
  readonly kind: 'works';
  readonly at: string;
  /** From the sending of the last test that was tapped to the tap. Null: that test is too long ago. */
  readonly roundTripMs: number | null;
  /** What became of a later test that nobody has tapped yet; null: there is none. */
  readonly newTest: 'sending' | 'waiting' | null;
}

/** How long the page looks for a tap on a test. After that, only a reload shows it. */
const WATCHED_MS = 10 * 60_000;
/** The server notes the tap first, and only then that the destination works. */
const NOTED_MS = 10_000;

/**
 * Returns the state of a destination.
 * @param notifications the last ones, the newest first
 */
export function stateOf(destination: Destination, notifications: readonly Notification[]): DestinationState {
  const { channel, verified_at, failing_since, last_error } = destination;
  const made = deliveriesOf(destination, notifications);
  const tests = made.filter(({ isTest }) => isTest).map(({ delivery }) => delivery);
  const newTest = untappedState(tests[0], channel);
  if (failing_since !== null && newTest !== 'sending')
    return { kind: 'failing', since: failing_since, reason: last_error };
  if (verified_at !== null && failing_since === null) {
    const tapped = tests.find(({ opened_at }) => opened_at !== null);
    const at = tapped?.opened_at ?? verified_at;
    return { kind: 'works', at, roundTripMs: tapped ? roundTripMs(tapped) : null, newTest };
  }
  if (newTest !== null) return { kind: newTest };
  const accepted = isForPrograms(channel) && made.find(({ delivery }) => delivery.sent_at !== null);
  if (accepted) return { kind: 'accepted', at: accepted.delivery.sent_at!, isTest: accepted.isTest };
  return { kind: 'untested' };
}

/** Returns what became of a test that nobody has tapped; null: nothing more is expected of it. */
function untappedState(test: Delivery | undefined, channel: string): 'sending' | 'waiting' | null {
  if (test?.status === 'queued' && test.error === null) return 'sending';
  return test?.status === 'sent' && !isForPrograms(channel) ? 'waiting' : null;
}

/** Whether a test may change the state of a destination soon. */
export const isTestPending = (
  destination: Destination,
  notifications: readonly Notification[],
  now: number,
): boolean => {
  const test = deliveriesOf(destination, notifications).find(({ isTest }) => isTest)?.delivery;
  if (test === undefined) return false;
  if (test.status === 'queued' || (test.status === 'sent' && !isForPrograms(destination.channel)))
    return now - Date.parse(test.due_at) < WATCHED_MS;
  const isNoted = destination.verified_at !== null && destination.failing_since === null;
  return test.opened_at !== null && !isNoted && now - Date.parse(test.opened_at) < NOTED_MS;
};

/** Returns what was sent with the present settings of a destination, the newest first. */
const deliveriesOf = (
  { id, changed_at }: Destination,
  notifications: readonly Notification[],
): readonly { readonly delivery: Delivery; readonly isTest: boolean }[] =>
  notifications
    .filter(({ created_at }) => Date.parse(created_at) >= Date.parse(changed_at))
    .flatMap(({ event, deliveries }) =>
      deliveries
        .filter(({ destination_id }) => destination_id === id)
        .map((delivery) => ({ delivery, isTest: event === 'test' })),
    );

const roundTripMs = ({ sent_at, opened_at }: Delivery): number | null =>
  sent_at === null || opened_at === null ? null : Math.max(0, Date.parse(opened_at) - Date.parse(sent_at));

/** Returns a duration as people read it: `2.1 s`, `40 s` or `3 min`. */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 99_500 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
