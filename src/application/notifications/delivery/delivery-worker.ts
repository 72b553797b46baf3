import type { UserId } from '../../../domain/ids.ts';
import type { Task } from '../../../domain/notification/advance.ts';
import { afterDelivery, type Destination } from '../../../domain/notification/destination.ts';
import { withChangedDestination } from '../../../domain/notification/settings.ts';
import { settle, type TaskResult } from '../../../domain/notification/settle.ts';
import type { Clock, Logger } from '../../../ports/runtime.ts';
import type {
  DueNotification,
  NotificationRepository,
} from '../../../ports/storage/notification-repository.ts';
import type { Store } from '../../../ports/store.ts';
import type { Job } from '../../jobs/job.ts';
import type { Courier } from './courier.ts';
import { DeliveryLimits } from './delivery-limits.ts';
import type { DeliveryTask } from './delivery-task.ts';
import { DueTasks } from './due-tasks.ts';
import { releaseHeld } from './release-held.ts';

/** How many notifications are read at once. */
const BATCH_SIZE = 200;
/** How many deliveries run at the same time in one process. */
const MAX_RUNNING = 500;
/** How many notifications are begun at once. */
const MAX_BEGUN = 50;
/**
 * How long the process then pauses, for each of them and at least. Requests need the same processor and
 * database, and cannot wait.
 */
const PAUSE_EACH_MS = 8;
/** The same while the process is busy: requests come first, and a notification can wait some seconds. */
const PAUSE_EACH_WHEN_BUSY_MS = 60;
const BUSY_LOAD = 0.9;
const MIN_PAUSE_MS = 40;
/** How often a process looks for notifications that another one was killed with. */
const LOOK_INTERVAL_MS = 3_000;
/** The same for a process that has never seen one. Only others may have saved some. */
const SELDOM_LOOK_INTERVAL_MS = 60_000;
const RETRY_MS = 2_000;
/** How long closing waits for deliveries. What is not done then is done again after `BUSY_MS`. */
const CLOSE_MS = 8_000;

export interface DeliveryPorts extends Pick<Store, 'repository' | 'signals'> {
  readonly notifications: NotificationRepository;
  readonly courier: Courier;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'debug' | 'warn'>;
  /** Returns how busy the process was since the last call, from 0 to 1. */
  readonly load: () => number;
}

/**
 * Delivers notifications, and takes back those that are over. Processes that share a store share the work:
 * each marks what it does, so that no other one does it, and what a killed one has left is done by another.
 * A destination can get a notification twice only if a process is killed between the acceptance by the
 * channel and the note of it.
 */
export class DeliveryWorker implements Job, AsyncDisposable {
  readonly name = 'deliver notifications';
  readonly firstRunAfterMs = 1;
  readonly retryAfterMs = RETRY_MS;
  readonly #ports: DeliveryPorts;
  readonly #notifications: NotificationRepository;
  readonly #running = new Set<Promise<void>>();
  readonly #limits: DeliveryLimits;
  readonly #due: DueTasks;
  #wake: (milliseconds: number) => void = () => {};
  /** Whether any user of the store is known to be notified. If not, there is hardly anything to look for. */
  #isNeeded = false;
  /** By `performance.now()`. */
  #pausedUntil = 0;
  /** Users with more to do than was read. It is the turn of the others now. */
  #justServed: ReadonlySet<UserId> = new Set();
  #isClosed = false;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
    this.#notifications = ports.notifications.inBackground ?? ports.notifications;
    const joins = (destination: Destination) => ports.courier.joins(destination);
    this.#limits = new DeliveryLimits(joins);
    this.#due = new DueTasks({
      ...{ repository: ports.repository, notifications: this.#notifications, clock: ports.clock },
      ...{ limits: this.#limits, joins },
    });
  }

  onDue(runAfter: (milliseconds: number) => void) {
    this.#wake = runAfter;
    return this.#ports.notifications.onDue(() => {
      this.#isNeeded = true;
      runAfter(0);
    });
  }

  async run(): Promise<number | null> {
    const { clock } = this.#ports;
    if (this.#isClosed) return null;
    const free = Math.min(MAX_BEGUN, MAX_RUNNING - this.#running.size);
    // The next delivery that ends wakes this job.
    if (free <= 0) return null;
    const pauseMs = this.#pausedUntil - performance.now();
    if (pauseMs > 0) return pauseMs;
    const resting = this.#limits.resting(clock.now());
    const next = await this.#notifications.nextDue(BATCH_SIZE, [...resting.keys(), ...this.#justServed]);
    if (next.length > 0) this.#isNeeded = true;
    const isDue = ({ dueAt }: DueNotification) => dueAt <= clock.now();
    const due = inTurns(next.filter(isDue)).slice(0, free);
    const hadServed = this.#justServed.size > 0;
    // If there are more than were read, those of others may be behind them.
    const served = next.length === BATCH_SIZE ? due.map(({ userId }) => userId) : [];
    this.#justServed = new Set(served);
    const isBusy = this.#ports.load() > BUSY_LOAD;
    const pauseEachMs = isBusy ? PAUSE_EACH_WHEN_BUSY_MS : PAUSE_EACH_MS;
    this.#pausedUntil = performance.now() + Math.max(MIN_PAUSE_MS, due.length * pauseEachMs);
    const users = new Set(due.map(({ userId }) => userId));
    const byUser = Map.groupBy(next, ({ userId }) => userId);
    const taken = await Promise.all(
      [...users].map((userId) => this.#due.take(userId, byUser.get(userId)!, new Set(due))),
    );
    for (const tasks of taken.flat()) this.#start(tasks);
    // What was due may be due again at another time now.
    if (due.length > 0 || hadServed) return 0;
    const restsUntilMs = Math.min(...resting.values());
    if (resting.size > 0) return Math.max(0, restsUntilMs - clock.now().getTime());
    const [later] = next;
    const isAlone = this.#ports.signals.databaseNotification === null;
    const lookIntervalMs = this.#isNeeded ? LOOK_INTERVAL_MS : SELDOM_LOOK_INTERVAL_MS;
    const lookAfterMs = isAlone ? null : lookIntervalMs;
    if (later === undefined) return lookAfterMs;
    const untilLaterMs = Math.max(0, later.dueAt.getTime() - clock.now().getTime());
    return lookAfterMs === null ? untilLaterMs : Math.min(untilLaterMs, lookAfterMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_MS);
    await Promise.race([Promise.allSettled([...this.#running]), promise]);
    clearTimeout(timer);
  }

  #start(tasks: readonly DeliveryTask[]): void {
    const end = this.#limits.begin(tasks, this.#ports.clock.now());
    const work = this.#perform(tasks).catch((err: unknown) => {
      // It stays marked as being done, so it is done again later.
      this.#ports.logger.warn({ err }, 'A delivery could not be noted');
    });
    this.#running.add(work);
    void work.finally(() => {
      end();
      this.#running.delete(work);
      this.#wake(0);
    });
  }

  async #perform(tasks: readonly DeliveryTask[]): Promise<void> {
    const { courier, clock } = this.#ports;
    const [{ userId, destination }] = tasks as [DeliveryTask];
    const result = await courier.perform(tasks);
    const now = clock.now();
    await Promise.all(
      tasks.map(({ notification: known }) =>
        this.#notifications.update({ userId, id: known.id, known }, (current) => ({
          output: null,
          changes: current && settle(current, known, destination.id, result, now),
          record: null,
        })),
      ),
    );
    if (result.status === 'failed' || destination.failingSince !== null)
      await this.#noteHealth(userId, destination.id, result, now);
    if (result.status === 'delivered' && destination.failingSince !== null)
      await releaseHeld(this.#notifications, userId, now, destination.id);
  }

  async #noteHealth(
    userId: UserId,
    destinationId: Task['destination']['id'],
    result: TaskResult,
    now: Date,
  ): Promise<void> {
    const error = result.status === 'failed' ? result.error : null;
    await this.#notifications.updateSettings({ userId }, (settings) => {
      const destination = settings.destinations.find(({ id }) => id === destinationId);
      const changed = destination && afterDelivery(destination, error, now);
      const isSame = changed === undefined || changed === destination;
      return {
        output: null,
        changes: isSame ? null : withChangedDestination(settings, changed),
        record: null,
      };
    });
  }
}

/** Sorts so that the users take turns. */
function inTurns(due: readonly DueNotification[]): readonly DueNotification[] {
  const users = [...Map.groupBy(due, ({ userId }) => userId).values()];
  const longest = Math.max(0, ...users.map(({ length }) => length));
  return Array.from({ length: longest }, (_, nth) => users.flatMap((own) => own.slice(nth, nth + 1))).flat();
}
