import { storageBusy } from '../../../ports/errors.ts';
import { ConflictError, storageError } from './driver-errors.ts';

/**
 * Attempts that may meet a conflict before the caller is told to come again. Whoever lost a race finds what the
 * other has written the next time, so more than two take a deadlock or a stuck lock.
 */
const ATTEMPT_LIMIT = 5;

/** Runs `work` again after a conflict, a bounded number of times. */
export async function retryOnConflict<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const meaning = storageError(error);
      if (!(meaning instanceof ConflictError)) throw meaning;
      if (attempt === ATTEMPT_LIMIT) throw storageBusy(meaning);
    }
  }
}
