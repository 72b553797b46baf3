import type { Logger } from '../../ports/runtime.ts';
import type { Versions } from '../../ports/storage/versions.ts';
import type { InProcessSignals } from './in-process-signals.ts';

/** Reads what notifications may have missed: one call of each for the whole process, never two at a time. */
export class Sweep {
  readonly #watchers: InProcessSignals;
  readonly #versions: Versions;
  readonly #logger: Logger;
  #running = false;
  #due = false;
  #stopped = false;

  constructor(watchers: InProcessSignals, versions: Versions, logger: Logger) {
    this.#watchers = watchers;
    this.#versions = versions;
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
      instances.length === 0 ? [] : this.#versions.currentVersions(instances),
      users.length === 0 ? [] : this.#versions.versionsOfUsers(users),
    ]);
    if (!this.#stopped) this.#watchers.publishUnseen(current.flat());
  }
}
