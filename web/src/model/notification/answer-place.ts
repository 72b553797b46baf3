import type { Delivery, Destination } from '../wire.ts';
import { channelText } from './channel-text.ts';
import { destinationNameOf } from './delivery-text.ts';

const PLACES: { readonly [via: string]: string } = {
  page: 'on the page',
  terminal: 'in a terminal',
  email: 'by e-mail',
  sms: 'by SMS',
  webpush: 'in a browser notification',
};

/**
 * Says where a question was answered, for example `through Tablet (ntfy)`; null: that is not known.
 * @param via where the answer says that it comes from: a channel, or another place
 * @param deliveries those of the question
 * @param destinations the user's destinations
 */
export function answerPlace(
  via: string | null,
  deliveries: readonly Delivery[],
  destinations: readonly Destination[],
): string | null {
  if (via === null) return null;
  const opened = deliveries
    .filter(({ channel, opened_at }) => channel === via && opened_at !== null)
    .toSorted((one, other) => Date.parse(other.opened_at!) - Date.parse(one.opened_at!))[0];
  if (opened !== undefined) return `through ${destinationNameOf(opened, destinations)}`;
  return PLACES[via] ?? `through ${channelText(via)}`;
}
