import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { LocalWaitList, WaitedInstance } from '../../ports/storage/shared-waits.ts';
import type { TokenLife } from '../../ports/tokens/token-verifier.ts';
import { tooManyWaits } from '../errors.ts';
import { LimitedCounts } from './limited-counts.ts';

const NO_INSTANCES: ReadonlySet<AgentInstanceId> = new Set();

export interface WaitLimits {
  /** How many waits with one token may be open at once. */
  readonly perToken: number;
  /** How many waits of one user may be open at once. */
  readonly perUser: number;
}

/** How soon an agent comes back that asks again and again instead of waiting. Three times its interval. */
const COMES_BACK_WITHIN_MS = 15_000;

/** One request over MCP may begin many waits, so that a limit on requests does not limit the waits. */
const DEFAULT_LIMITS: WaitLimits = { perToken: 2_000, perUser: 10_000 };

/**
 * The open waits of this process. A waiting agent does not count as silent, and the dashboard shows that it
 * waits. The waits are kept in memory only. A store that shares them with other processes reads `all` at an
 * interval.
 */
export class OpenWaits implements LocalWaitList {
  readonly #counts = new Map<UserId, Map<AgentInstanceId, number>>();
  readonly #listeners = new Set<(wait: WaitedInstance) => void>();
  /** The results of `instancesOf`, kept until the waits of the user change. */
  readonly #cachedInstances = new Map<UserId, ReadonlySet<AgentInstanceId>>();
  /** The instances whose agents come back, until their time is over. */
  readonly #comingBack = new Map<string, NodeJS.Timeout>();
  readonly #byToken: LimitedCounts<TokenLife | UserId>;
  readonly #byUser: LimitedCounts<UserId>;

  constructor({ perToken, perUser }: WaitLimits = DEFAULT_LIMITS) {
    this.#byToken = new LimitedCounts(perToken);
    this.#byUser = new LimitedCounts(perUser);
  }

  /**
   * Opens a wait. It ends when the returned object is disposed.
   * @param life of the caller's token; null: the user has one token, as far as is known here
   * @throws RequestError `too_many_waits`
   */
  begin({ userId, agentInstanceId }: WaitedInstance, life: TokenLife | null = null): Disposable {
    const tokenKey = life ?? userId;
    if (!this.#byToken.tryBegin(tokenKey)) throw tooManyWaits();
    if (!this.#byUser.tryBegin(userId)) {
      this.#byToken.end(tokenKey);
      throw tooManyWaits();
    }
    this.#changeCount(userId, agentInstanceId, 1);
    let isOpen = true;
    return {
      [Symbol.dispose]: () => {
        if (!isOpen) return;
        isOpen = false;
        this.#byToken.end(tokenKey);
        this.#byUser.end(userId);
        this.#changeCount(userId, agentInstanceId, -1);
      },
    };
  }

  /**
   * Notes that an agent has asked and will soon ask again. Until then it counts as waiting. It needs no
   * limit, because nothing is kept open for it.
   */
  noteComingBack({ userId, agentInstanceId }: WaitedInstance): void {
    // All instance ids have the same length, so different pairs have different keys.
    const key = `${agentInstanceId}${userId}`;
    const timer = this.#comingBack.get(key);
    if (timer !== undefined) {
      timer.refresh();
      return;
    }
    const onOver = (): void => {
      this.#comingBack.delete(key);
      this.#changeCount(userId, agentInstanceId, -1);
    };
    this.#comingBack.set(key, setTimeout(onOver, COMES_BACK_WITHIN_MS).unref());
    this.#changeCount(userId, agentInstanceId, 1);
  }

  /**
   * Returns the user's instances that agents wait on now. The returned set does not change when waits begin
   * or end.
   */
  instancesOf(userId: UserId): ReadonlySet<AgentInstanceId> {
    const existing = this.#cachedInstances.get(userId);
    if (existing !== undefined) return existing;
    const counts = this.#counts.get(userId);
    if (counts === undefined) return NO_INSTANCES;
    const instances = new Set(counts.keys());
    this.#cachedInstances.set(userId, instances);
    return instances;
  }

  /** How many waits are open. Several waits on the same instance count separately. */
  get count(): number {
    let count = 0;
    for (const counts of this.#counts.values()) for (const waits of counts.values()) count += waits;
    return count;
  }

  /** Yields each instance that agents wait on, once. */
  *all(): Iterable<WaitedInstance> {
    for (const [userId, counts] of this.#counts) {
      for (const agentInstanceId of counts.keys()) yield { userId, agentInstanceId };
    }
  }

  /** Calls `listener` when the first wait on an instance begins and when the last one ends. */
  onChange(listener: (wait: WaitedInstance) => void): void {
    this.#listeners.add(listener);
  }

  #changeCount(userId: UserId, agentInstanceId: AgentInstanceId, change: 1 | -1): void {
    const counts = this.#counts.get(userId) ?? new Map<AgentInstanceId, number>();
    const count = (counts.get(agentInstanceId) ?? 0) + change;
    if (count > 0) counts.set(agentInstanceId, count);
    else counts.delete(agentInstanceId);
    if (counts.size > 0) this.#counts.set(userId, counts);
    else this.#counts.delete(userId);
    this.#cachedInstances.delete(userId);
    const isFirstOrLast = change === 1 ? count === 1 : count === 0;
    if (isFirstOrLast) for (const listener of this.#listeners) listener({ userId, agentInstanceId });
  }
}
