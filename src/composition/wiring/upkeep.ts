import { setTimeout } from 'node:timers/promises';
import type { DependencyContainer } from 'tsyringe';
import { finishDeletions } from '../../application/admin/delete-user.ts';
import { retentionCutoffs } from '../../domain/conversation/retention.ts';
import { IDEMPOTENCY_WINDOW_MS } from '../../domain/idempotency.ts';
import { TOKENS } from './container.ts';

/** After something failed. */
const RETRY_MS = 60 * 1000;

const FORGETTING_INTERVAL_MS = 10 * 60 * 1000;
/** A record is dated when its request came, and that may have waited for minutes. */
const FORGETTING_GRACE_MS = 60 * 60 * 1000;

const RETENTION_INTERVAL_MS = 60 * 60 * 1000;
/** After the start, which has other things to do. */
const RETENTION_DELAY_MS = 60 * 1000;
/** Between two batches: requests come first. */
const RETENTION_PAUSE_MS = 250;

/**
 * Until every process refuses the tokens of a user who was deleted (5 s), and what they were writing is written
 * or has failed (12 s, the longest that a statement takes).
 */
const SETTLE_MS = 20_000;
/** Where no other process writes, all that counts is that tokens count in seconds. */
const SETTLE_ALONE_MS = 1_000;

/** What a server removes beside answering requests. */
export class Upkeep implements Disposable {
  readonly #container: DependencyContainer;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscription: Disposable;
  #isClosed = false;

  private constructor(container: DependencyContainer) {
    this.#container = container;
    // Another process may have begun it, and be gone: a command, above all.
    const heard = container.resolve(TOKENS.revocations).onRevoked(({ id }) => {
      if (id === null) this.#later('deletions', SETTLE_MS, () => this.#finish(SETTLE_MS));
    });
    this.#subscription = { [Symbol.dispose]: () => heard.close() };
  }

  /** Deletions that an earlier process has left unfinished are finished first, where they can be. */
  static async start(container: DependencyContainer): Promise<Upkeep> {
    const upkeep = new Upkeep(container);
    const isAlone = container.resolve(TOKENS.postgresSignals) === null;
    // A second at most is waited out: a key that is made in that time would be swept up with the rest.
    await upkeep.#run('deletions', () => (isAlone ? upkeep.#finishAlone() : upkeep.#finish(SETTLE_MS)));
    upkeep.#later('records', FORGETTING_INTERVAL_MS, () => upkeep.#forget());
    upkeep.#later('retention', RETENTION_DELAY_MS, () => upkeep.#removeOutdated());
    return upkeep;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#subscription[Symbol.dispose]();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  get #ports() {
    return {
      removal: this.#container.resolve(TOKENS.removal),
      clock: this.#container.resolve(TOKENS.clock),
    };
  }

  async #finishAlone(): Promise<void> {
    for (;;) {
      const due = await finishDeletions(this.#ports, SETTLE_ALONE_MS);
      if (due === null) return;
      await setTimeout(due);
    }
  }

  async #finish(settleMs: number): Promise<void> {
    const due = await finishDeletions(this.#ports, settleMs);
    if (due !== null) this.#later('deletions', due, () => this.#finish(settleMs));
  }

  async #forget(): Promise<void> {
    const now = this.#container.resolve(TOKENS.clock).now();
    const before = new Date(now.getTime() - IDEMPOTENCY_WINDOW_MS - FORGETTING_GRACE_MS);
    const forgotten = await this.#container.resolve(TOKENS.repository).forgetRecords(before);
    if (forgotten > 0) this.#logger.debug({ forgotten }, 'forgot old idempotency records');
    this.#later('records', FORGETTING_INTERVAL_MS, () => this.#forget());
  }

  /** One batch, and the next one after a pause. */
  async #removeOutdated(already = 0): Promise<void> {
    const { retentionDays } = this.#container.resolve(TOKENS.config);
    const outdated = retentionCutoffs(this.#container.resolve(TOKENS.clock).now(), retentionDays);
    const some = await this.#container.resolve(TOKENS.removal).deleteOutdated(outdated);
    const removed = already + some;
    if (some > 0) {
      this.#later('retention', RETENTION_PAUSE_MS, () => this.#removeOutdated(removed));
    } else {
      if (removed > 0)
        this.#logger.info({ removed }, 'removed agent instances that were kept for long enough');
      this.#later('retention', RETENTION_INTERVAL_MS, () => this.#removeOutdated());
    }
  }

  /** One of a kind at a time. What fails is tried again. */
  #later(kind: string, milliseconds: number, work: () => Promise<void>): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timers.get(kind));
    const timer = globalThis.setTimeout(() => this.#run(kind, work), milliseconds).unref();
    this.#timers.set(kind, timer);
  }

  async #run(kind: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (err) {
      this.#logger.warn({ err }, `upkeep failed: ${kind}`);
      this.#later(kind, RETRY_MS, work);
    }
  }

  get #logger() {
    return this.#container.resolve(TOKENS.logger);
  }
}
