import type { IdempotencyRecord } from '../../../domain/idempotency.ts';
import type { UserId } from '../../../domain/ids.ts';
import type { DecideNotification, SettingsTarget } from '../../../ports/storage/notification-repository.ts';
import type { Database } from '../database/database.ts';
import { retryOnConflict } from '../database/retry-on-conflict.ts';
import { type Tables, tablesOf } from '../database/tables.ts';

/** How one kind of row is read and written. */
export interface LockedPart<Stored, State> {
  /** Loads and locks it. Returns null if it does not exist. */
  readonly load: (tables: Tables) => Promise<Stored | null>;
  readonly toState: (stored: Stored | null) => State;
  /** Writes it. If `before` is null and another process has just made it, this must fail. */
  readonly save: (tables: Tables, before: Stored | null, changes: NonNullable<State>) => Promise<void>;
}

/** Updates what `part` loads, in one transaction. It is repeated if another process makes the same first. */
export const updateLocked = <Stored, State extends Stored | null, Output>(
  database: Database,
  { userId, idempotencyKey: key = null }: SettingsTarget,
  decide: DecideNotification<State, Output>,
  part: LockedPart<Stored, State>,
): Promise<Output> =>
  retryOnConflict(() =>
    database.transaction([userId], async (em) => {
      const tables = tablesOf(em);
      const before = await part.load(tables);
      // The record is read after the lock: another transaction that had the lock may have written it.
      const storedRecord = key === null ? null : await readRecord(tables, userId, key);
      const { output, changes, record } = decide(part.toState(before), storedRecord);
      if (changes !== null) await part.save(tables, before, changes);
      if (record !== null && key !== null)
        await tables
          .insertInto('idempotency_records')
          .values({ userId, key, ...record })
          .execute();
      return output;
    }),
  );

const readRecord = async (tables: Tables, userId: UserId, key: string): Promise<IdempotencyRecord | null> =>
  (await tables
    .selectFrom('idempotency_records')
    .select(['fingerprint', 'answer', 'recordedAt'])
    .where('userId', '=', userId)
    .where('key', '=', key)
    .executeTakeFirst()) ?? null;
