import type { Logger } from '../../ports/runtime.ts';
import type { Versions } from '../../ports/storage/versions.ts';
import type { InProcessSignals } from './in-process-signals.ts';

/**
 * Finds changes whose signals were lost. One sweep reads for all subscribers of the process, and only one
 * runs at a time.
 */
export class Sweep {
  readonly #subscribers: InProcessSignals;
  readonly #versions: Versions;
  readonly #logger: Logger;
  #isRunning = false;
  #isDue = false;
  #isStopped = false;

  constructor(subscribers: InProcessSignals, versions: Versions, logger: Logger) {
    this.#subscribers = subscribers;
    this.#versions = versions;
    this.#logger = logger;
  }

  /** Starts the regular sweep. Skips it when the last sweep is still running. */
  tick(): void {
    if (!this.#isRunning) this.catchUp();
    else this.#logger.warn({}, 'The last sweep for missed signals is still running');
  }

  /**
   * Starts a sweep. If one is running already, another follows it, because the first may have read too early.
   */
  catchUp(): void {
    this.#isDue = true;
    if (!this.#isRunning) void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isDue && !this.#isStopped) {
      this.#isDue = false;
      try {
        await this.#sweep();
      } catch (err) {
        // After the stop the store may be closed, so a failure is expected.
        if (!this.#isStopped) this.#logger.warn({ err }, 'The sweep for missed signals failed');
      }
    }
    this.#isRunning = false;
  }

  async #sweep(): Promise<void> {
    const instances = [...this.#subscribers.watchedInstances()];
    const users = [...this.#subscribers.watchedUsers()];
    const current = await Promise.all([
      instances.length === 0 ? [] : this.#versions.currentVersions(instances),
      users.length === 0 ? [] : this.#versions.versionsOfUsers(users),
    ]);
    if (!this.#isStopped) this.#subscribers.publishUnseen(current.flat());
  }
}
