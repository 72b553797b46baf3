import { formatSince } from '../format-time.ts';
import type { Delivery, Destination } from '../wire.ts';
import { channelText, isForPrograms } from './channel-text.ts';

const NOT_SENT = 'not sent: ';

/** Says what became of a delivery, for example `sent 12:03, opened 12:04`. */
export function deliveryText(delivery: Delivery, now: number, locale?: string): string {
  const { channel, status, sent_at, opened_at, error } = delivery;
  const at = (time: string | null) => (time === null ? '' : ` ${formatSince(time, now, locale)}`);
  const sent = sent_at === null ? [] : [`sent${at(sent_at)}`];
  switch (status) {
    case 'queued':
      return queuedText(delivery, now, at);
    case 'sent':
      return `sent${at(sent_at)}`;
    case 'opened':
      return [...sent, `opened${at(opened_at)}`].join(', ');
    case 'failed':
      return `failed: ${error ?? 'the reason is not known'}`;
    case 'withdrawn':
      if (sent_at === null) return `${NOT_SENT}it was over before`;
      return [...sent, isForPrograms(channel) ? 'told that it is over' : 'taken back'].join(', ');
  }
}

function queuedText(
  { next_try_at, due_at, error }: Delivery,
  now: number,
  at: (time: string) => string,
): string {
  const time = next_try_at ?? due_at;
  const isLater = Date.parse(time) > now;
  if (error !== null) return `not sent yet: ${error}${isLater ? `; next attempt${at(time)}` : ''}`;
  return isLater ? `waiting until${at(time)}` : 'being sent';
}

/**
 * Names the destination of a delivery: `Phone (ntfy)`.
 * @param destinations the user's destinations. It may have been removed meanwhile.
 */
export function destinationNameOf(
  { destination_id, channel }: Delivery,
  destinations: readonly Destination[],
): string {
  if (channel === 'callback') return 'the program that asked';
  const name = destinations.find(({ id }) => id === destination_id)?.name;
  const word = channelText(channel);
  if (name === undefined) return `a removed destination (${word})`;
  return name.toLowerCase() === word.toLowerCase() ? name : `${name} (${word})`;
}

/** Says where a question or a step was delivered: `Sent to Phone (ntfy) 12:03, opened 12:04`. */
export function messageDeliveryText(
  delivery: Delivery,
  destinations: readonly Destination[],
  now: number,
  locale?: string,
): string {
  const name = destinationNameOf(delivery, destinations);
  const text = deliveryText(delivery, now, locale);
  if (text.startsWith(NOT_SENT)) return `Not sent to ${name}: ${text.slice(NOT_SENT.length)}`;
  return text.startsWith('sent ') ? `Sent to ${name}${text.slice(4)}` : `To ${name}: ${text}`;
}
