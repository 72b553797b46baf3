import type { AgentInstanceId } from '../../../domain/ids.ts';
import type { SeenVersions } from '../../../ports/signals/signals.ts';
import type { InstanceProgress } from '../../../ports/storage/dashboard-queries.ts';

export const NOTHING_SEEN: InstanceProgress = { version: 0, position: 0 };

/** Keeps how much of each of a user's instances has been published. Nothing is known before `start`. */
export class SeenInstances implements SeenVersions {
  #seen: Map<AgentInstanceId, InstanceProgress> | null = null;
  #total = 0;

  get isStarted(): boolean {
    return this.#seen !== null;
  }

  start(seen: ReadonlyMap<AgentInstanceId, InstanceProgress>): void {
    this.#seen = new Map(seen);
    for (const { version } of seen.values()) this.#total += version;
  }

  has(id: AgentInstanceId): boolean {
    return this.#seen?.has(id) ?? false;
  }

  /** Returns null before the start. An instance that was created after the start begins with nothing seen. */
  get(id: AgentInstanceId): InstanceProgress | null {
    return this.#seen === null ? null : (this.#seen.get(id) ?? NOTHING_SEEN);
  }

  set(id: AgentInstanceId, seen: InstanceProgress): void {
    this.#total += seen.version - this.versionOf(id);
    this.#seen?.set(id, seen);
  }

  /** The version that was published last; 0 if none was. */
  versionOf(id: AgentInstanceId): number {
    return this.get(id)?.version ?? 0;
  }

  total(): number {
    return this.#total;
  }
}
