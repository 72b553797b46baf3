import type { UserId } from '../../domain/ids.ts';
import { SharedUse } from './shared-use.ts';

/**
 * How many calls to the store one user may have at once while others use the process. Measured with one user
 * who does everything expensive (`npm run prove -- --only hostile-neighbour`): with all calls at once, the
 * slowest hundredth of another user's writes took 47 ms while types were listed and made, with two 28, and
 * with one 24. Two also let one call be decided while another waits for the disk.
 */
const MAX_CALLS_AT_ONCE = 2;

/**
 * Lets the calls of one user to the store wait for one another while other users use this process: the tenth
 * call of a user waits for the ninth, and not the call of a neighbour. A user alone never waits.
 */
export class UserTurns {
  readonly #use: SharedUse;
  readonly #runningCounts = new Map<UserId, number>();
  /** The calls that wait, by user. Never has an empty list. */
  readonly #waiting = new Map<UserId, (() => void)[]>();

  constructor(use = new SharedUse()) {
    this.#use = use;
  }

  /** Runs `call` when it is its turn. The calls of one user begin in their order. */
  async run<Result>(userId: UserId, call: () => Promise<Result>): Promise<Result> {
    this.#use.note(userId);
    if (this.#mayBegin(userId)) this.#runningCounts.set(userId, this.#runningCountOf(userId) + 1);
    else await this.#wait(userId);
    try {
      return await call();
    } finally {
      this.#end(userId);
    }
  }

  #runningCountOf(userId: UserId): number {
    return this.#runningCounts.get(userId) ?? 0;
  }

  #mayBegin(userId: UserId): boolean {
    if (this.#waiting.has(userId)) return false;
    return this.#runningCountOf(userId) < MAX_CALLS_AT_ONCE || !this.#use.isShared;
  }

  #wait(userId: UserId): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(userId);
      if (waiting === undefined) this.#waiting.set(userId, [resolve]);
      else waiting.push(resolve);
    });
  }

  /** Passes the turn on, unless more calls run than may: they began while the user was alone. */
  #end(userId: UserId): void {
    const runningCount = this.#runningCountOf(userId);
    const waiting = this.#waiting.get(userId);
    if (waiting !== undefined && runningCount <= MAX_CALLS_AT_ONCE) {
      const beginNext = waiting.shift()!;
      if (waiting.length === 0) this.#waiting.delete(userId);
      beginNext();
    } else if (runningCount > 1) this.#runningCounts.set(userId, runningCount - 1);
    else this.#runningCounts.delete(userId);
  }
}
