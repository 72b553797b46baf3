import type { UserId } from '../../../domain/ids.ts';
import type { Logger } from '../../../ports/runtime.ts';
import type { WaitedInstance } from '../../../ports/storage/shared-waits.ts';

/** Reads, in one statement, which instances of these users agents wait on in other processes. */
export type ReadWaitsElsewhere = (users: readonly UserId[]) => Promise<readonly WaitedInstance[]>;

export interface WaitsElsewhereOptions {
  readonly read: ReadWaitsElsewhere;
  /** Returns the users whose instances are observed. While there are none, nothing is read. */
  readonly users: () => Iterable<UserId>;
  readonly onRead: (waits: readonly WaitedInstance[]) => void;
  readonly logger: Pick<Logger, 'warn'> | null;
  readonly intervalMillis?: number;
}

/**
 * Each process stores its own waits at the same interval, so reading more often would find hardly anything
 * new.
 */
const INTERVAL_MS = 10_000;

/**
 * Reads at an interval which instances agents wait on in other processes, once for all streams of this
 * process. Signals cannot replace these reads: a wait changes no instance, and it ends without notice if its
 * process is killed.
 */
export class WaitsElsewherePoller {
  readonly #options: WaitsElsewhereOptions;
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;

  constructor(options: WaitsElsewhereOptions) {
    this.#options = options;
  }

  /** Starts reading. The reading stops by itself when no user is observed any more. */
  start(): void {
    this.#timer ??= setInterval(() => void this.#read(), this.#options.intervalMillis ?? INTERVAL_MS).unref();
  }

  async #read(): Promise<void> {
    const users = [...this.#options.users()];
    if (users.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      this.#options.onRead(await this.#options.read(users));
    } catch (err) {
      this.#options.logger?.warn({ err }, 'Could not read the waits of other processes');
    } finally {
      this.#isReading = false;
    }
  }
}
