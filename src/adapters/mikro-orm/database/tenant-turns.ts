import type { UserId } from '../../../domain/ids.ts';
import { MAINTENANCE, type Tenants } from './tenant-isolation.ts';

/** Statements about several users, such as batches, take turns like those of one more user. */
const SEVERAL_USERS = Symbol('several users');

type TurnKey = UserId | typeof MAINTENANCE | typeof SEVERAL_USERS;

/**
 * Lets users take turns at the database, so that one with many slow statements delays its own and not those
 * of others. Each user has its own queue; a free slot goes to the next user in the circle. A user alone can
 * use half of the slots at most, and one if there is only one.
 */
export class TenantTurns {
  readonly #maxPerUser: number;
  #freeSlots: number;
  readonly #running = new Map<TurnKey, number>();
  readonly #waiting = new Map<TurnKey, (() => void)[]>();

  /** @param slots how many statements may run at the same time. */
  constructor(slots: number) {
    this.#freeSlots = slots;
    this.#maxPerUser = Math.max(1, Math.floor(slots / 2));
  }

  /** Runs `work` when it is the turn of these tenants. Those of one user begin in the order of the calls. */
  async run<Result>(tenants: Tenants, work: () => Promise<Result>): Promise<Result> {
    const key = keyOf(tenants);
    if (this.#mayBegin(key)) this.#begin(key);
    else await this.#wait(key);
    try {
      return await work();
    } finally {
      this.#end(key);
    }
  }

  #mayBegin(key: TurnKey): boolean {
    return this.#freeSlots > 0 && (this.#running.get(key) ?? 0) < this.#maxPerUser;
  }

  #begin(key: TurnKey): void {
    this.#freeSlots -= 1;
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
  }

  #wait(key: TurnKey): Promise<void> {
    return new Promise((resolve) => {
      const queue = this.#waiting.get(key);
      if (queue === undefined) this.#waiting.set(key, [resolve]);
      else queue.push(resolve);
    });
  }

  #end(key: TurnKey): void {
    this.#freeSlots += 1;
    const left = this.#running.get(key)! - 1;
    if (left === 0) this.#running.delete(key);
    else this.#running.set(key, left);
    this.#moveToEnd(key);
    for (const [next, queue] of this.#waiting) {
      if (this.#freeSlots === 0) return;
      if (!this.#mayBegin(next)) continue;
      this.#begin(next);
      queue.shift()!();
      // The loop comes to it again, if it has more and there is a slot.
      this.#moveToEnd(next);
    }
  }

  /** Gives all other users their turn before this one. */
  #moveToEnd(key: TurnKey): void {
    const queue = this.#waiting.get(key);
    if (queue === undefined) return;
    this.#waiting.delete(key);
    if (queue.length > 0) this.#waiting.set(key, queue);
  }
}

function keyOf(tenants: Tenants): TurnKey {
  if (tenants === MAINTENANCE) return MAINTENANCE;
  const [first = SEVERAL_USERS, ...others] = tenants;
  return others.every((other) => other === first) ? first : SEVERAL_USERS;
}
