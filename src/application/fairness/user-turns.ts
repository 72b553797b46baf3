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
    const turn = this.#turnOf(userId);
    if (turn !== undefined) await turn;
    try {
      return await call();
    } finally {
      this.#changeRunningCount(userId, -1);
      this.#beginWaiting(userId);
    }
  }

  /** Returns undefined if the call may begin at once. */
  #turnOf(userId: UserId): Promise<void> | undefined {
    const waiting = this.#waiting.get(userId);
    if (waiting === undefined && this.#mayBegin(userId)) {
      this.#changeRunningCount(userId, 1);
      return undefined;
    }
    return new Promise((resolve) => {
      if (waiting === undefined) this.#waiting.set(userId, [resolve]);
      else waiting.push(resolve);
      this.#beginWaiting(userId);
    });
  }

  #mayBegin(userId: UserId): boolean {
    return (this.#runningCounts.get(userId) ?? 0) < MAX_CALLS_AT_ONCE || !this.#use.isShared;
  }

  /** Lets all waiting calls of a user begin that may: all of them when the user is alone again. */
  #beginWaiting(userId: UserId): void {
    const waiting = this.#waiting.get(userId);
    if (waiting === undefined) return;
    while (waiting.length > 0 && this.#mayBegin(userId)) {
      this.#changeRunningCount(userId, 1);
      waiting.shift()!();
    }
    if (waiting.length === 0) this.#waiting.delete(userId);
  }

  #changeRunningCount(userId: UserId, change: 1 | -1): void {
    const count = (this.#runningCounts.get(userId) ?? 0) + change;
    if (count > 0) this.#runningCounts.set(userId, count);
    else this.#runningCounts.delete(userId);
  }
}
