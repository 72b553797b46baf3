import type { UserId } from '../../domain/ids.ts';
import type { Signal } from '../signals/signals.ts';

/** A user whose instances somebody watches, and the sum of the versions that the watcher has seen. */
export interface WatchedUser {
  readonly userId: UserId;
  readonly total: number;
}

/**
 * Reads the versions that instances have now. Signals between processes can get lost; whoever waits for them
 * compares versions every few seconds. Each method is one statement, however many instances or users it is
 * about, and must settle in bounded time, because the next comparison waits for it.
 */
export interface Versions {
  /** Returns those of `instances` that have a newer version; unknown ones may be missing. */
  currentVersions(instances: readonly Signal[]): Promise<readonly Signal[]>;

  /** For each user whose sum of versions differs from `total`, returns all instances of that user. */
  versionsOfUsers(users: readonly WatchedUser[]): Promise<readonly Signal[]>;
}
