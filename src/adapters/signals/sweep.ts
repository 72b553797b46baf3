import type { Logger } from '../../ports/runtime.ts';
import type { Signal } from '../../ports/signals/signals.ts';
import type { InProcessSignals, WatchedUser } from './in-process-signals.ts';

/**
 * The versions that `instances` have now, read in one statement however many they are; those unknown to
 * the store may be missing. It must settle in bounded time: the next sweep waits for it.
 */
export type CurrentVersions = (instances: readonly Signal[]) => Promise<readonly Signal[]>;

/**
 * The instances, all of them, of those `users` whose versions have another sum than the one given; in one
 * statement and bounded time as well.
 */
export type VersionsOfUsers = (users: readonly WatchedUser[]) => Promise<readonly Signal[]>;

export interface SweepReads {
  readonly currentVersions: CurrentVersions;
  readonly versionsOfUsers: VersionsOfUsers;
}

/** Reads what notifications may have missed: one call of each for the whole process, never two at a time. */
export class Sweep {
  readonly #watchers: InProcessSignals;
  readonly #reads: SweepReads;
  readonly #logger: Logger;
  #running = false;
  #due = false;
  #stopped = false;

  constructor(watchers: InProcessSignals, reads: SweepReads, logger: Logger) {
    this.#watchers = watchers;
    this.#reads = reads;
    this.#logger = logger;
  }

  /** The regular sweep. It is left out while the one before is still running. */
  tick(): void {
    if (!this.#running) this.catchUp();
    else this.#logger.warn({}, 'The last sweep for missed signals is still running');
  }

  /** A sweep that reads after this call: one that is running may have read before, so another follows it. */
  catchUp(): void {
    this.#due = true;
    if (!this.#running) void this.#run();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#due && !this.#stopped) {
      this.#due = false;
      try {
        await this.#sweep();
      } catch (err) {
        // After the stop the store may be gone, and nobody waits for what it would have said.
        if (!this.#stopped) this.#logger.warn({ err }, 'The sweep for missed signals failed');
      }
    }
    this.#running = false;
  }

  async #sweep(): Promise<void> {
    const instances = [...this.#watchers.watched()];
    const users = [...this.#watchers.watchedUsers()];
    const current = await Promise.all([
      instances.length === 0 ? [] : this.#reads.currentVersions(instances),
      users.length === 0 ? [] : this.#reads.versionsOfUsers(users),
    ]);
    if (!this.#stopped) this.#watchers.publishUnseen(current.flat());
  }
}
