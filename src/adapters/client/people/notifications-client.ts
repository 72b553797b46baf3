import type { CallOptions, Connection } from '../http/connection.ts';
import type { InputOf, OutputOf } from '../wire.ts';

type Destinations = OutputOf<'listNotificationDestinations'>['destinations'];
/** One place where a person is reached. */
export type Destination = Destinations[number];
/** What became of one notification at each destination. */
export type Notification = OutputOf<'listNotifications'>['notifications'][number];
/** When and where a person is notified. */
export type NotificationRules = OutputOf<'readNotificationRules'>;

const destinationPath = (id: string): string => `/notification-destinations/${encodeURIComponent(id)}`;

/**
 * The calls for notifications. They need a token of scope `dashboard`, and fail as those of `PeopleClient`
 * do.
 */
export class NotificationsClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Returns the channels. For each that is ready, `settings` (a JSON Schema) is what a destination needs. */
  channels(options: CallOptions = {}): Promise<OutputOf<'listNotificationChannels'>['channels']> {
    return this.#connection.request({ ...options, method: 'GET', path: '/notification-channels' });
  }

  destinations(options: CallOptions = {}): Promise<Destinations> {
    return this.#connection.request({ ...options, method: 'GET', path: '/notification-destinations' });
  }

  /**
   * Adds a destination. From then on questions reach it at once.
   * @throws DashboardError `channel_not_found`, `settings_do_not_fit` (with `errors`), or
   * `too_many_destinations`.
   */
  add(
    destination: InputOf<'addNotificationDestination'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'addNotificationDestination'>> {
    const path = '/notification-destinations';
    return this.#connection.request({ ...options, method: 'POST', path, body: destination });
  }

  /**
   * Changes the name or all settings of a destination.
   * @throws DashboardError `destination_not_found`, `settings_do_not_fit` (with `errors`).
   */
  change(
    { destination_id, ...body }: InputOf<'changeNotificationDestination'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'changeNotificationDestination'>> {
    const path = destinationPath(destination_id);
    return this.#connection.request({ ...options, method: 'PATCH', path, body });
  }

  /** @throws DashboardError `destination_not_found`. */
  async remove(id: string, options: CallOptions = {}): Promise<void> {
    await this.#connection.requestWithHeaders({ ...options, method: 'DELETE', path: destinationPath(id) });
  }

  /**
   * Sends a test with a button. Its delivery has `opened_at` when the person has tapped the button.
   * @throws DashboardError `destination_not_found`.
   */
  test(id: string, options: CallOptions = {}): Promise<OutputOf<'testNotificationDestination'>> {
    return this.#connection.request({ ...options, method: 'POST', path: `${destinationPath(id)}/test` });
  }

  rules(options: CallOptions = {}): Promise<NotificationRules> {
    return this.#connection.request({ ...options, method: 'GET', path: '/notification-rules' });
  }

  /** Replaces the rules. Destinations that do not exist are left out. */
  setRules(rules: NotificationRules, options: CallOptions = {}): Promise<NotificationRules> {
    return this.#connection.request({ ...options, method: 'PUT', path: '/notification-rules', body: rules });
  }

  /** Returns the latest notifications, the newest first. `limit`: 0 to 200, default 50. */
  latest(query: { readonly limit?: number } = {}, options: CallOptions = {}): Promise<Notification[]> {
    return this.#connection.request({ ...options, method: 'GET', path: '/notifications', query });
  }
}
