import { setTimeout } from 'node:timers/promises';
import type {
  Destination,
  NotificationsClient,
} from '../../../adapters/client/people/notifications-client.ts';
import { plainLine } from '../../../domain/text/plain-text.ts';
import type { Environment } from '../../config/config.ts';
import { UsageError } from '../../errors.ts';
import { plainJson } from '../../terminal/plain-text.ts';
import { type UserClientOptions, withUserClient } from '../../terminal/with-user-client.ts';
import { ProgressLine } from '../progress-line.ts';

const KEY_LIFE_SECONDS = 600;
/** How long `notify test` waits for the tap. */
const TEST_SECONDS = 120;
const LOOK_INTERVAL_MS = 1_000;
const SHORT_ID_LENGTH = 8;

export interface NotifyOptions extends UserClientOptions {
  readonly json?: boolean;
}

const withNotifications = <Result>(
  env: Environment,
  options: NotifyOptions,
  work: (notifications: NotificationsClient) => Promise<Result>,
): Promise<Result> =>
  withUserClient(env, { ...options, keyLifeSeconds: KEY_LIFE_SECONDS }, (people) =>
    work(people.notifications),
  );

const print = (json: boolean, value: unknown, lines: readonly string[]): void =>
  void process.stdout.write(
    json ? `${plainJson(value)}\n` : lines.map((line) => `${plainLine(line)}\n`).join(''),
  );

/** Prints the destinations of the user, or how to add one. */
export const listDestinations = (
  env: Environment,
  { json = false, ...options }: NotifyOptions,
): Promise<void> =>
  withNotifications(env, options, async (notifications) => {
    const [destinations, channels] = await Promise.all([
      notifications.destinations(),
      notifications.channels(),
    ]);
    const none = [
      'You are notified nowhere. Channels:',
      ...channels.map(({ channel, hint }) => `  ${channel}: ${hint}`),
    ];
    print(json, destinations, destinations.length === 0 ? none : destinations.map(destinationLine));
  });

/**
 * Adds a destination.
 * @param fields the settings as `name=value`.
 * @throws UsageError if a field has no `=`, or the channel does not exist.
 */
export function addDestination(
  env: Environment,
  channel: string,
  fields: readonly string[],
  { json = false, name, ...options }: NotifyOptions & { readonly name?: string },
): Promise<void> {
  const settings = Object.fromEntries(fields.map(splitField));
  return withNotifications(env, options, async (notifications) => {
    requireReady(await notifications.channels(), channel);
    const added = await notifications.add({ channel, settings, ...(name !== undefined && { name }) });
    print(json, added, [destinationLine(added), 'Questions reach it from now on. Try it: notify test']);
  });
}

/**
 * Sends a test, and waits until the person has tapped its button.
 * @returns whether that happened in time.
 */
export const testDestination = (
  env: Environment,
  idOrName: string | null,
  { json = false, ...options }: NotifyOptions,
): Promise<boolean> =>
  withNotifications(env, options, async (notifications) => {
    const { id } = findDestination(await notifications.destinations(), idOrName);
    const test = await notifications.test(id);
    using progress = new ProgressLine();
    const until = Date.now() + TEST_SECONDS * 1000;
    for (;;) {
      const found = (await notifications.latest({ limit: 20 })).find((each) => each.id === test.id);
      const delivery = found?.deliveries[0];
      if (delivery?.opened_at != null && delivery.sent_at !== null) {
        const seconds = (Date.parse(delivery.opened_at) - Date.parse(delivery.sent_at)) / 1000;
        progress.finish();
        print(json, found, [`It works: you tapped it ${seconds.toFixed(1)} s after it was sent.`]);
        return true;
      }
      const hasFailed = delivery?.status === 'failed';
      if (hasFailed || Date.now() > until) {
        progress.finish();
        print(json, found, [
          hasFailed ? `It failed: ${delivery.error}` : 'Nobody tapped the button in time.',
        ]);
        return false;
      }
      progress.show(() =>
        delivery?.status === 'sent' ? 'Sent. Tap the button in it…' : `Sending… ${delivery?.error ?? ''}`,
      );
      await setTimeout(LOOK_INTERVAL_MS);
    }
  });

/** Removes a destination. */
export const removeDestination = (
  env: Environment,
  idOrName: string,
  { json = false, ...options }: NotifyOptions,
): Promise<void> =>
  withNotifications(env, options, async (notifications) => {
    const destination = findDestination(await notifications.destinations(), idOrName);
    await notifications.remove(destination.id);
    print(json, destination, [`Removed: ${destination.name}`]);
  });

/** @throws UsageError that says which channels are ready, or how to set up this one. */
function requireReady(channels: Awaited<ReturnType<NotificationsClient['channels']>>, channel: string): void {
  const found = channels.find((each) => each.channel === channel);
  if (found?.ready) return;
  const ready = channels.filter((each) => each.ready).map((each) => each.channel);
  const reason = found === undefined ? '' : ` ${found.hint}`;
  throw new UsageError(
    `the channel ${JSON.stringify(channel)} is not ready.${reason} Ready are: ${ready.join(', ')}`,
  );
}

function splitField(field: string): [name: string, value: string] {
  const at = field.indexOf('=');
  if (at <= 0) throw new UsageError(`a setting must be name=value, not ${JSON.stringify(field)}`);
  return [field.slice(0, at), field.slice(at + 1)];
}

/** @param idOrName null: the only one. */
function findDestination(destinations: readonly Destination[], idOrName: string | null): Destination {
  const found =
    idOrName === null
      ? destinations
      : destinations.filter(
          ({ id, name }) => id.endsWith(idOrName) || id.startsWith(idOrName) || name === idOrName,
        );
  if (found.length === 1) return found[0]!;
  if (destinations.length === 0) throw new UsageError('there is no destination yet; notify add makes one');
  const problem =
    idOrName === null
      ? 'there are several destinations; say which one'
      : `${found.length === 0 ? 'no' : 'more than one'} destination has the id or name ${JSON.stringify(idOrName)}`;
  throw new UsageError(`${problem}. notify list shows them`);
}

function destinationLine({ id, channel, name, address, ...state }: Destination): string {
  const works = state.verified_at === null ? 'not tested yet' : `works, tested ${state.verified_at}`;
  const status =
    state.failing_since === null ? works : `failing since ${state.failing_since}: ${state.last_error}`;
  // The ends of ids made in one second differ, their starts may not.
  return `${id.slice(-SHORT_ID_LENGTH)}  ${name} (${channel}, ${address}): ${status}`;
}
