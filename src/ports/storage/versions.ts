import type { UserId } from '../../domain/ids.ts';
import type { Signal } from '../signals/signals.ts';

/** A user whose instances are watched. */
export interface WatchedUser {
  readonly userId: UserId;
  /** The sum of the versions of all instances, as the subscriber has seen them. */
  readonly total: number;
}

/**
 * Reads the versions that instances have now. Signals between processes can get lost, so a process compares
 * its versions with these every few seconds. Each method is one statement for any number of instances or
 * users. It must resolve or reject in bounded time, because the next comparison waits for it.
 */
export interface Versions {
  /** Returns those of `instances` that have a newer version now. Unknown instances may be missing. */
  currentVersions(instances: readonly Signal[]): Promise<readonly Signal[]>;

  /** For each user whose sum of versions differs from `total`, returns all instances of that user. */
  versionsOfUsers(users: readonly WatchedUser[]): Promise<readonly Signal[]>;
}
