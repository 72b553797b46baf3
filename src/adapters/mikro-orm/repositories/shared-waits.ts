import type { UserId } from '../../../domain/ids.ts';
import type { Logger } from '../../../ports/runtime.ts';
import type { LocalWaitList, SharedWaits, WaitedInstance } from '../../../ports/storage/shared-waits.ts';
import type { Database } from '../database/database.ts';
import { instanceKey } from '../group-commit/instance-cache.ts';
import { shareWaits } from '../statements/waits/share-waits.ts';
import { readWaitsElsewhere } from '../statements/waits/waits-elsewhere.ts';

export interface SharedWaitsOptions {
  readonly database: Database;
  readonly logger: Pick<Logger, 'warn'>;
  /** The time between two writes, so also the longest time until other processes see a change. */
  readonly intervalMillis?: number;
}

/**
 * Writes to the database which instances have a waiting agent in this process, for other processes to read.
 * It sends one statement every 10 s while an agent waits in this process, and no statements otherwise. It
 * writes only waits that have begun or ended, so waits that continue cost nothing.
 *
 * The API's field `agent_waiting` is exact for the agents that wait in this process. For other processes it
 * is at most 10 s late, or 30 s when this process was killed. A wait that is shorter than 10 s may never be
 * written.
 */
export class MikroOrmSharedWaits implements SharedWaits {
  readonly #database: Database;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #intervalMillis: number;
  /** The waits that are open in this process now. */
  #waits: LocalWaitList = { all: () => [] };
  /** The waits of this process that the database has, or may have. */
  readonly #shared = new Map<string, WaitedInstance>();
  /** False when the database may not have all of `#shared`: then all open waits must be written again. */
  #isSharedCertain = true;
  #timer: NodeJS.Timeout | undefined;
  /** The write that is running now. */
  #sharing: Promise<void> | null = null;

  constructor({ database, logger, intervalMillis = 10_000 }: SharedWaitsOptions) {
    this.#database = database;
    this.#logger = logger;
    this.#intervalMillis = intervalMillis;
  }

  start(waits: LocalWaitList): void {
    this.#waits = waits;
    this.#timer = setInterval(() => {
      this.share().catch((err) => this.#logger.warn({ err }, 'Could not share the waits of this process'));
    }, this.#intervalMillis).unref();
  }

  readWaitsElsewhere(users: readonly UserId[]): Promise<readonly WaitedInstance[]> {
    return readWaitsElsewhere(this.#database, users);
  }

  /** Writes the changes since the last write at once. Calls that overlap share one write. */
  share(): Promise<void> {
    this.#sharing ??= this.#share().finally(() => {
      this.#sharing = null;
    });
    return this.#sharing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sharing?.catch(() => {});
    // If this fails, the waits expire in the database.
    if (this.#shared.size > 0) await this.#write(new Map(), [...this.#shared.values()]).catch(() => {});
  }

  async #share(): Promise<void> {
    const open = new Map([...this.#waits.all()].map((wait) => [instanceKey(wait), wait]));
    const ended = [...this.#shared].filter(([key]) => !open.has(key)).map(([, wait]) => wait);
    if (open.size === 0 && ended.length === 0) return;
    const isFirst = this.#shared.size === 0;
    const hadProcessRow = await this.#write(open, ended);
    // The database has lost all waits of this process: the machine was suspended, or the database crashed.
    if (!isFirst && !hadProcessRow) {
      this.#isSharedCertain = false;
      await this.#write(open, []);
    }
  }

  /**
   * Writes the waits that have begun, and deletes those that have ended.
   * @returns whether the database still had the row of this process (`waiting_processes`), and so its earlier
   * waits.
   */
  async #write(
    open: ReadonlyMap<string, WaitedInstance>,
    ended: readonly WaitedInstance[],
  ): Promise<boolean> {
    const begun = [...open].filter(([key]) => !this.#isSharedCertain || !this.#shared.has(key));
    // Added before the statement: when its response is lost, the waits may have been written.
    for (const [key, wait] of begun) this.#shared.set(key, wait);
    this.#isSharedCertain = false;
    const hadProcessRow = await shareWaits(
      this.#database,
      begun.map(([, wait]) => wait),
      ended,
    );
    this.#isSharedCertain = true;
    for (const wait of ended) this.#shared.delete(instanceKey(wait));
    return hadProcessRow;
  }
}
