import type { UserId } from '../../../domain/ids.ts';
import type { Logger } from '../../../ports/runtime.ts';
import type { LocalWaitList, SharedWaits, WaitedInstance } from '../../../ports/storage/shared-waits.ts';
import type { Database } from '../database/database.ts';
import { instanceKey } from '../group-commit/instance-cache.ts';
import { shareWaits } from '../statements/waits/share-waits.ts';
import { waitsElsewhere } from '../statements/waits/waits-elsewhere.ts';

export interface SharedWaitsOptions {
  readonly database: Database;
  readonly logger: Pick<Logger, 'warn'>;
  /** How late other processes may learn that a wait began or ended. */
  readonly intervalMillis?: number;
}

/**
 * Writes to the database what this process waits on, for other processes to read. It sends one statement
 * every 10 s while anyone waits here, and none while nobody does. Only waits that began or ended are written,
 * so the number of waiters does not matter.
 *
 * Within this process `agent_waiting` is exact. For other processes it is at most 10 s late, and at most 30 s
 * where this process was killed. Shorter waits may never be written.
 */
export class MikroOrmSharedWaits implements SharedWaits {
  readonly #database: Database;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #intervalMillis: number;
  #waits: LocalWaitList = { all: () => [] };
  /** What the database may hold of this process. */
  readonly #shared = new Map<string, WaitedInstance>();
  /** False once an answer of the database was lost, or other processes took this one for dead. */
  #isShareKnown = true;
  #timer: NodeJS.Timeout | undefined;
  #sharing: Promise<void> | null = null;

  constructor({ database, logger, intervalMillis = 10_000 }: SharedWaitsOptions) {
    this.#database = database;
    this.#logger = logger;
    this.#intervalMillis = intervalMillis;
  }

  start(waits: LocalWaitList): void {
    this.#waits = waits;
    this.#timer = setInterval(() => {
      this.share().catch((err) => this.#logger.warn({ err }, 'Could not share what this process waits on'));
    }, this.#intervalMillis).unref();
  }

  readWaitsElsewhere(users: readonly UserId[]): Promise<readonly WaitedInstance[]> {
    return waitsElsewhere(this.#database, users);
  }

  /** Writes now what has changed since the last time. Calls that overlap share one statement. */
  share(): Promise<void> {
    this.#sharing ??= this.#share().finally(() => {
      this.#sharing = null;
    });
    return this.#sharing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sharing?.catch(() => {});
    // If this fails, the entries expire.
    if (this.#shared.size > 0) await this.#write(new Map(), [...this.#shared.values()]).catch(() => {});
  }

  async #share(): Promise<void> {
    const open = new Map([...this.#waits.all()].map((wait) => [instanceKey(wait), wait]));
    const ended = [...this.#shared].filter(([key]) => !open.has(key)).map(([, wait]) => wait);
    if (open.size === 0 && ended.length === 0) return;
    const isFirst = this.#shared.size === 0;
    const wasKnown = await this.#write(open, ended);
    // The machine was suspended, or the database crashed: write everything once more.
    if (!isFirst && !wasKnown) {
      this.#isShareKnown = false;
      await this.#write(open, []);
    }
  }

  /** @returns whether the database still knew this process. */
  async #write(
    open: ReadonlyMap<string, WaitedInstance>,
    ended: readonly WaitedInstance[],
  ): Promise<boolean> {
    const begun = [...open].filter(([key]) => !this.#isShareKnown || !this.#shared.has(key));
    // Noted before the statement: where its answer is lost, it may have been written.
    for (const [key, wait] of begun) this.#shared.set(key, wait);
    this.#isShareKnown = false;
    const wasKnown = await shareWaits(
      this.#database,
      begun.map(([, wait]) => wait),
      ended,
    );
    this.#isShareKnown = true;
    for (const wait of ended) this.#shared.delete(instanceKey(wait));
    return wasKnown;
  }
}
