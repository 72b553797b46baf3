import { computed, signal } from '@preact/signals';
import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import type { FormAnswer } from '../../../../src/domain/question/form.ts';
import { errorsOfResponse, type FormErrors, NO_ERRORS } from '../../model/question/form-errors.ts';
import type { Destination, Notification, NotificationChannel } from '../../model/wire.ts';
import { RequestError, request } from '../../server/request.ts';
import { showError } from '../page/notices.ts';
import { loadNotifications, noteTest } from './history.ts';
import { loadRules } from './rules.ts';

/** Where the user is notified. Null: not loaded yet. */
export const destinations = signal<readonly Destination[] | null>(null);

/** Whether this server notifies nobody at all. */
export const isDisabled = signal(false);

export const failingDestinations = computed(() =>
  (destinations.value ?? []).filter(({ failing_since }) => failing_since !== null),
);

const PATH = '/notification-destinations';
const pathOf = ({ id }: Destination): string => `${PATH}/${encodeURIComponent(id)}`;

export async function loadDestinations(): Promise<void> {
  try {
    destinations.value = await request<Destination[]>('GET', PATH);
    isDisabled.value = false;
  } catch (error) {
    if (!(error instanceof RequestError && error.problem?.code === 'notifications_disabled')) throw error;
    destinations.value = [];
    isDisabled.value = true;
  }
}

export const loadChannels = (): Promise<readonly NotificationChannel[]> =>
  request<NotificationChannel[]>('GET', '/notification-channels');

/** Why the server refused a new destination, or a change of one. */
export interface Refusal {
  readonly fields: FormErrors;
  /** What is wrong beside the fields; null: nothing. */
  readonly text: string | null;
}

/** @returns the new destination, or why it was not added */
export async function addDestination(
  channel: string,
  name: string,
  settings: FormAnswer,
): Promise<Destination | Refusal> {
  let added: Destination;
  try {
    added = await request<Destination>('POST', PATH, {
      body: { channel, settings, ...(name === '' ? {} : { name }) },
      idempotencyKey: randomId(),
    });
  } catch (error) {
    return refusalOf(error);
  }
  // The server has put it into the rules. A failure here is none of the addition.
  await Promise.all([loadDestinations(), loadRules()]).catch(showError);
  return added;
}

function refusalOf(error: unknown): Refusal {
  const problem = error instanceof RequestError ? error.problem : null;
  if (problem?.code === 'settings_do_not_fit' && problem.errors !== undefined) {
    const whole = problem.errors.find(({ path }) => path === 'settings');
    return { fields: errorsOfResponse(problem.errors, 'settings.'), text: whole?.message ?? null };
  }
  return { fields: NO_ERRORS, text: error instanceof Error ? error.message : 'It could not be saved.' };
}

/**
 * @param settings all settings of the channel; null: they stay as they are
 * @returns null if the destination was changed
 */
export async function changeDestination(
  destination: Destination,
  name: string,
  settings: FormAnswer | null,
): Promise<Refusal | null> {
  try {
    await request('PATCH', pathOf(destination), { body: { name, settings }, idempotencyKey: randomId() });
  } catch (error) {
    return refusalOf(error);
  }
  // A failure here is none of the change.
  await loadDestinations().catch(showError);
  return null;
}

export async function removeDestination(destination: Destination): Promise<void> {
  await request('DELETE', pathOf(destination), { idempotencyKey: randomId() });
  await Promise.all([loadDestinations(), loadRules()]);
}

/** Sends a test. The person taps it, and the page then sees how long that took. */
export async function testDestination(destination: Destination): Promise<void> {
  noteTest(
    await request<Notification>('POST', `${pathOf(destination)}/test`, { idempotencyKey: randomId() }),
  );
}

/** Reads again what tests and deliveries may have changed. */
export async function reloadStates(): Promise<void> {
  await loadNotifications();
  // After the notifications: the server notes a tap there first.
  await loadDestinations();
}
