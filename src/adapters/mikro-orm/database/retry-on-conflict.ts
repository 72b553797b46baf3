import { storageBusy } from '../../../ports/errors.ts';
import { ConflictError, storageError } from './driver-errors.ts';

/**
 * Attempts before the caller gets `storage_busy`. After a lost race the next attempt reads what the winner
 * wrote, so only a deadlock or a stuck lock needs more than two.
 */
const ATTEMPT_LIMIT = 5;

/**
 * Runs `work`, and again after each conflict.
 * @throws PortError `storage_busy` after five conflicts.
 */
export async function retryOnConflict<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const failure = storageError(error);
      if (!(failure instanceof ConflictError)) throw failure;
      if (attempt === ATTEMPT_LIMIT) throw storageBusy(failure);
    }
  }
}
