import { InMemoryAgentInstanceRepository } from '../../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryApiKeyRepository } from '../../../../src/adapters/in-memory/api-key-repository.ts';
import { InProcessSignals } from '../../../../src/adapters/signals/in-process-signals.ts';
import type { UserId } from '../../../../src/domain/ids.ts';
import type { ApiKey } from '../../../../src/domain/user/api-key.ts';
import { storageUnavailable } from '../../../../src/ports/errors.ts';
import type { Revoked } from '../../../../src/ports/signals/revocations.ts';
import type { ApiKeyRef } from '../../../../src/ports/storage/api-key-repository.ts';

interface SlowRead {
  readonly hasRead: Promise<void>;
  readonly handedOut: Promise<void>;
  onRead(): void;
  handOut(): void;
}

/** An in-memory API key repository that records its calls, and that can be unavailable or slow. */
export class WatchedKeys extends InMemoryApiKeyRepository {
  /** The time of each call of `revokedSince`, by `performance.now()`. */
  readonly looks: number[] = [];
  /** The argument of each call of `markUsed`. */
  readonly notes: (readonly (ApiKeyRef & { readonly usedAt: Date })[])[] = [];
  /** The argument of each call of `revokedSince`. */
  readonly since: Date[] = [];
  isAway = false;
  #slowness: SlowRead | null = null;
  readonly signals: InProcessSignals;

  constructor(signals = new InProcessSignals()) {
    super(new InMemoryAgentInstanceRepository(signals), signals);
    this.signals = signals;
  }

  override async findByToken(userId: UserId, token: { readonly id: string | null; readonly hash: string }) {
    this.#requireAvailable();
    return this.#slowly(await super.findByToken(userId, token));
  }

  override async revokedSince(time: Date): Promise<readonly Revoked[]> {
    this.looks.push(performance.now());
    this.since.push(time);
    this.#requireAvailable();
    return this.#slowly(await super.revokedSince(time));
  }

  override async markUsed(uses: readonly (ApiKeyRef & { readonly usedAt: Date })[]): Promise<void> {
    this.notes.push(uses);
    this.#requireAvailable();
    await super.markUsed(uses);
  }

  /** Delays the result of every read from now on, until `handOut` is called. */
  slowDown(): Pick<SlowRead, 'hasRead' | 'handOut'> {
    const [read, handedOut] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = { hasRead: read.promise, onRead: read.resolve, handedOut: handedOut.promise };
    this.#slowness = { ...slow, handOut: handedOut.resolve };
    return this.#slowness;
  }

  /** Returns reads from now on without delay. */
  speedUp(): void {
    this.#slowness = null;
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

  async #slowly<Read>(read: Read): Promise<Read> {
    this.#slowness?.onRead();
    await this.#slowness?.handedOut;
    return read;
  }

  #requireAvailable(): void {
    if (this.isAway) throw storageUnavailable(new Error('away'));
  }
}
