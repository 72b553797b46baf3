import { InMemoryAgentInstanceRepository } from '../../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryApiKeyRepository } from '../../../../src/adapters/in-memory/api-key-repository.ts';
import { InProcessSignals } from '../../../../src/adapters/signals/in-process-signals.ts';
import type { UserId } from '../../../../src/domain/ids.ts';
import type { ApiKey } from '../../../../src/domain/user/api-key.ts';
import { storageUnavailable } from '../../../../src/ports/errors.ts';
import type { Revocation } from '../../../../src/ports/signals/revocations.ts';
import type { ApiKeyRef } from '../../../../src/ports/storage/api-key-repository.ts';

/** Controls the reads of a slow repository. */
interface SlowRead {
  /** Resolves when the repository has read something. */
  readonly hasRead: Promise<void>;
  /** Resolves when the results of the reads are returned. */
  readonly resultsReleased: Promise<void>;
  onRead(): void;
  /** Lets the reads return their results. */
  handOut(): void;
}

/** An in-memory API key repository that records its calls, and that can be unavailable or slow. */
export class WatchedKeys extends InMemoryApiKeyRepository {
  /** The time of each call of `revokedSince`, by `performance.now()`. */
  readonly readTimes: number[] = [];
  /** The argument of each call of `markUsed`. */
  readonly recordedUses: (readonly (ApiKeyRef & { readonly usedAt: Date })[])[] = [];
  /** The argument of each call of `revokedSince`. */
  readonly since: Date[] = [];
  /** True: every call fails, as if the database were unreachable. */
  isUnavailable = false;
  /** What calls throw while `isUnavailable` is set. */
  failure: Error = storageUnavailable(new Error('away'));
  #slowRead: SlowRead | null = null;
  readonly signals: InProcessSignals;

  constructor(signals = new InProcessSignals()) {
    super(new InMemoryAgentInstanceRepository(signals), signals);
    this.signals = signals;
  }

  override async findByToken(userId: UserId, token: { readonly id: string | null; readonly hash: string }) {
    this.#requireAvailable();
    return this.#delay(await super.findByToken(userId, token));
  }

  override async revokedSince(time: Date): Promise<readonly Revocation[]> {
    this.readTimes.push(performance.now());
    this.since.push(time);
    this.#requireAvailable();
    return this.#delay(await super.revokedSince(time));
  }

  override async markUsed(uses: readonly (ApiKeyRef & { readonly usedAt: Date })[]): Promise<void> {
    this.recordedUses.push(uses);
    this.#requireAvailable();
    await super.markUsed(uses);
  }

  /** Delays the result of every read from now on, until `handOut` is called. */
  slowDown(): Pick<SlowRead, 'hasRead' | 'handOut'> {
    const [read, resultsReleased] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = { hasRead: read.promise, onRead: read.resolve, resultsReleased: resultsReleased.promise };
    this.#slowRead = { ...slow, handOut: resultsReleased.resolve };
    return this.#slowRead;
  }

  /** Returns reads from now on without delay. */
  speedUp(): void {
    this.#slowRead = null;
  }

  async store(userId: UserId, key: ApiKey): Promise<void> {
    await this.update({ userId, id: key.id }, () => ({ output: null, changes: key, record: null }));
  }

  async revoke(userId: UserId, { id }: Pick<ApiKey, 'id'>): Promise<void> {
    await this.update({ userId, id }, (key) => ({
      output: null,
      changes: { ...key!, revokedAt: new Date() },
      record: null,
    }));
  }

  async #delay<Result>(result: Result): Promise<Result> {
    this.#slowRead?.onRead();
    await this.#slowRead?.resultsReleased;
    return result;
  }

  #requireAvailable(): void {
    if (this.isUnavailable) throw this.failure;
  }
}
