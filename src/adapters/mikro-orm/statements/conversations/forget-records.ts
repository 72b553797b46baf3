import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';

const FORGET_RECORDS = `
  with forgotten as (delete from idempotency_records where recorded_at < $1 returning 1)
  select count(*)::int as count from forgotten`;

/** Deletes the idempotency records made before `time`, and says how many. */
export async function forgetRecords(database: Database, time: Date): Promise<number> {
  const rows = await database.query<{ count: number }>(MAINTENANCE, FORGET_RECORDS, [time.toISOString()]);
  return rows[0]?.count ?? 0;
}
