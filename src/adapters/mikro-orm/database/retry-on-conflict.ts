import { storageBusy } from '../../../ports/errors.ts';
import { ConflictError, toStorageError } from './driver-errors.ts';

/**
 * After so many attempts the caller gets `storage_busy`. After a conflict the next attempt reads what the
 * other writer has written, so only a deadlock or a lock that is held for long needs more than two.
 */
const MAX_ATTEMPTS = 5;

/**
 * Runs `work`, and repeats it after each conflict.
 * @throws PortError `storage_busy` after five conflicts.
 */
export async function retryOnConflict<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const failure = toStorageError(error);
      if (!(failure instanceof ConflictError)) throw failure;
      if (attempt === MAX_ATTEMPTS) throw storageBusy(failure);
    }
  }
}
