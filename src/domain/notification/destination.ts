import type { ChannelKind } from '../conversation/reach.ts';
import type { DestinationId } from '../ids.ts';

/** One place where a person is reached: a phone's browser, an ntfy topic, a mailbox, a chat. */
export interface Destination {
  readonly id: DestinationId;
  /** The name of the channel, for example `ntfy`. */
  readonly channel: string;
  /** Which of `send_push`, `send_email` and `send_sms` is about it; null: none. */
  readonly kind: ChannelKind | null;
  readonly name: string;
  /** The address as people see it, without what is secret. */
  readonly address: string;
  /** The settings of the channel, encrypted. */
  readonly sealedSettings: string;
  readonly createdAt: Date;
  /** When its settings were set last: what is known of its deliveries before is about another address. */
  readonly changedAt: Date;
  /** When an answer to a test arrived; null if none has. */
  readonly verifiedAt: Date | null;
  /** Since when every delivery has failed; null if the last one did not. */
  readonly failingSince: Date | null;
  /** Why the last delivery failed, for people; null if it did not. */
  readonly lastError: string | null;
}

export const MAX_DESTINATIONS = 20;

/** Returns the destination after a delivery; the same object if nothing has changed. */
export function afterDelivery(destination: Destination, error: string | null, now: Date): Destination {
  const { failingSince, lastError } = destination;
  if (error === null)
    return failingSince === null ? destination : { ...destination, failingSince: null, lastError: null };
  if (failingSince !== null && lastError === error) return destination;
  return { ...destination, failingSince: failingSince ?? now, lastError: error };
}
