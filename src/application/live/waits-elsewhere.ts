import type { UserId } from '../../domain/ids.ts';
import type { Logger } from '../../ports/runtime.ts';
import type { WaitedInstance } from '../waiting/open-waits.ts';

/** What other processes have told of whom they let wait, of these users; in one statement. */
export type ReadWaitsElsewhere = (users: readonly UserId[]) => Promise<readonly WaitedInstance[]>;

export interface WaitsElsewhereOptions {
  readonly read: ReadWaitsElsewhere;
  /** Whose instances are observed; while there is nobody, nothing is asked. */
  readonly users: () => Iterable<UserId>;
  readonly tell: (waits: readonly WaitedInstance[]) => void;
  readonly logger: Pick<Logger, 'warn'> | null;
  readonly everyMillis?: number;
}

/** As often as processes tell of it. */
const EVERY_MS = 10_000;

/**
 * Waits in other processes begin and end without a change of the instance, and end without a word where a
 * process is killed: so they are asked for, once for all streams of this process.
 */
export class WaitsElsewherePoller {
  readonly #options: WaitsElsewhereOptions;
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;

  constructor(options: WaitsElsewhereOptions) {
    this.#options = options;
  }

  /** To be called when somebody is observed; goes on until nobody is. */
  watch(): void {
    this.#timer ??= setInterval(() => void this.#ask(), this.#options.everyMillis ?? EVERY_MS).unref();
  }

  async #ask(): Promise<void> {
    const users = [...this.#options.users()];
    if (users.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      this.#options.tell(await this.#options.read(users));
    } catch (err) {
      this.#options.logger?.warn({ err }, 'Could not read who waits in other processes');
    } finally {
      this.#isAsking = false;
    }
  }
}
