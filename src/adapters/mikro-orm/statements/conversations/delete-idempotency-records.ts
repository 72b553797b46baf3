import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';
import { IdempotencyRecordRow } from '../../schema/entities.ts';

/** Deletes the idempotency records made before `time`, and returns their number. */
export const deleteIdempotencyRecords = (database: Database, time: Date): Promise<number> =>
  database.transaction(MAINTENANCE, (em) =>
    em.nativeDelete(IdempotencyRecordRow, { recordedAt: { $lt: time } }),
  );
