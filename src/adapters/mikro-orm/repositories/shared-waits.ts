import type { OpenWaits } from '../../../application/waiting/open-waits.ts';
import type { Logger } from '../../../ports/runtime.ts';
import type { Database } from '../database/database.ts';
import { instanceKey } from '../group-commit/instance-cache.ts';
import { type SharedWait, shareWaits } from '../statements/waits/share-waits.ts';

export interface SharedWaitsOptions {
  readonly database: Database;
  /** What this process waits on. */
  readonly waits: OpenWaits;
  readonly logger: Pick<Logger, 'warn'>;
  /** How late other processes may learn that a wait began or ended. */
  readonly intervalMillis?: number;
}

/**
 * Tells other processes on the database who waits in this one. One statement every 10 s while anyone waits
 * here and none while nobody does, whatever the number of waiters: only what began or ended is written.
 *
 * So in this process `agent_waiting` is exact; of another one it is at most 10 s late, and at most 30 s
 * where that process was killed. Waits shorter than that may never be told of.
 */
export class SharedWaits {
  readonly #database: Database;
  readonly #waits: OpenWaits;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #intervalMillis: number;
  /** What the database may hold of this process. */
  readonly #told = new Map<string, SharedWait>();
  /** Whether it does hold all of that; false once an answer was lost, or others took this process for gone. */
  #isCertain = true;
  #ticks: NodeJS.Timeout | undefined;
  #telling: Promise<void> | null = null;

  constructor({ database, waits, logger, intervalMillis = 10_000 }: SharedWaitsOptions) {
    this.#database = database;
    this.#waits = waits;
    this.#logger = logger;
    this.#intervalMillis = intervalMillis;
  }

  start(): void {
    this.#ticks = setInterval(() => {
      this.tell().catch((err) => this.#logger.warn({ err }, 'Could not tell other processes who waits'));
    }, this.#intervalMillis).unref();
  }

  /** Tells now what there is to tell; one at a time. */
  tell(): Promise<void> {
    this.#telling ??= this.#tell().finally(() => {
      this.#telling = null;
    });
    return this.#telling;
  }

  /** Takes back what was told, since a process that stops waits for nothing. */
  async close(): Promise<void> {
    clearInterval(this.#ticks);
    await this.#telling?.catch(() => {});
    // What cannot be taken back expires.
    if (this.#told.size > 0) await this.#share(new Map(), [...this.#told.values()]).catch(() => {});
  }

  async #tell(): Promise<void> {
    const open = new Map([...this.#waits.all()].map((wait) => [instanceKey(wait), wait]));
    const ended = [...this.#told].filter(([key]) => !open.has(key)).map(([, wait]) => wait);
    if (open.size === 0 && ended.length === 0) return;
    const isNew = this.#told.size === 0;
    const wasKnown = await this.#share(open, ended);
    // A suspended machine, a crashed database: all of it once more.
    if (!isNew && !wasKnown) {
      this.#isCertain = false;
      await this.#share(open, []);
    }
  }

  async #share(open: ReadonlyMap<string, SharedWait>, ended: readonly SharedWait[]): Promise<boolean> {
    const begun = [...open].filter(([key]) => !this.#isCertain || !this.#told.has(key));
    // Noted first: where the answer is lost, it may have been written.
    for (const [key, wait] of begun) this.#told.set(key, wait);
    this.#isCertain = false;
    const wasKnown = await shareWaits(
      this.#database,
      begun.map(([, wait]) => wait),
      ended,
    );
    this.#isCertain = true;
    for (const wait of ended) this.#told.delete(instanceKey(wait));
    return wasKnown;
  }
}
