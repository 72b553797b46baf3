import type { UserId } from '../../../domain/ids.ts';
import { FairQueue } from './fair-queue.ts';
import { MAINTENANCE, type Tenants } from './tenant-isolation.ts';

/**
 * The statements of batches take turns like those of one more user, also if a batch has updates of one user
 * only: others wait for the batch, so it must not wait for all that this user reads.
 */
export const BATCHES = Symbol('batches');

/**
 * What nobody waits for takes turns like one more user, for all users alike. With a turn for each of them,
 * deliveries to many users would delay the batches. It runs one statement at a time.
 */
export const BACKGROUND = Symbol('background');

/** Whose turn a statement uses. */
export type TurnKey = UserId | typeof MAINTENANCE | typeof BATCHES | typeof BACKGROUND;

/**
 * Lets users take turns at the database, so that one with many slow statements delays its own and not those
 * of others. A free slot goes to the next user who waits. A user can use half of the slots at most, and one
 * if there is only one.
 */
export class TenantTurns {
  readonly #maxPerUser: number;
  readonly #running = new Map<TurnKey, number>();
  readonly #waiting = new FairQueue<TurnKey, () => void>();
  #freeSlots: number;

  /** @param slots how many statements may run at the same time. */
  constructor(slots: number) {
    this.#freeSlots = slots;
    this.#maxPerUser = Math.max(1, Math.floor(slots / 2));
  }

  /** Runs `work` when it is the turn of this key. Works of one key begin in the order of the calls. */
  async run<Result>(key: TurnKey, work: () => Promise<Result>): Promise<Result> {
    if (this.#mayBegin(key)) this.#begin(key);
    else await this.#wait(key);
    try {
      return await work();
    } finally {
      this.#end(key);
    }
  }

  #mayBegin(key: TurnKey): boolean {
    return this.#freeSlots > 0 && this.#hasRoom(key);
  }

  #hasRoom(key: TurnKey): boolean {
    return this.#runningOf(key) < (key === BACKGROUND ? 1 : this.#maxPerUser);
  }

  #runningOf(key: TurnKey): number {
    return this.#running.get(key) ?? 0;
  }

  #begin(key: TurnKey): void {
    this.#freeSlots -= 1;
    this.#running.set(key, this.#runningOf(key) + 1);
  }

  #wait(key: TurnKey): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(key, () => {
        this.#begin(key);
        resolve();
      });
    });
  }

  #end(key: TurnKey): void {
    this.#freeSlots += 1;
    const left = this.#runningOf(key) - 1;
    if (left === 0) this.#running.delete(key);
    else this.#running.set(key, left);
    this.#waiting.moveToEnd(key);
    const takeNext = () => this.#waiting.takeNext((next) => this.#mayBegin(next));
    for (let beginNext = takeNext(); beginNext !== null; beginNext = takeNext()) beginNext();
  }
}

/** Returns whose turn a statement uses that is not part of a batch. */
export function turnKeyOf(tenants: Tenants): TurnKey {
  if (tenants === MAINTENANCE) return MAINTENANCE;
  const [first = BATCHES, ...others] = tenants;
  return others.every((other) => other === first) ? first : BATCHES;
}
