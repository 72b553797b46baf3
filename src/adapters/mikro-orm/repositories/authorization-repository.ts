import type { ApiKeyId } from '../../../domain/user/api-key.ts';
import type {
  AuthorizationRecord,
  AuthorizationRecordKey,
  AuthorizationRepository,
} from '../../../ports/storage/authorization-repository.ts';
import type { Database } from '../database/database.ts';
import { retryOnConflict } from '../database/retry-on-conflict.ts';
import { tablesOf } from '../database/tables.ts';
import { MAINTENANCE } from '../database/tenant-isolation.ts';

/** One call of `deleteExpired` deletes at most this many records. */
const MAX_DELETED = 1_000;

/**
 * Stores the records of an authorization server in PostgreSQL or PGlite. The hash of the id, which only its
 * holder knows, stands in for the user: most records are found before anybody has signed in.
 */
export class MikroOrmAuthorizationRepository implements AuthorizationRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async save(record: Omit<AuthorizationRecord, 'usedAt'>): Promise<void> {
    await this.#database.execute(MAINTENANCE, (tables) =>
      tables
        .insertInto('authorization_records')
        .values({ ...record, usedAt: null })
        .onConflict((conflict) =>
          conflict.columns(['kind', 'idHash']).doUpdateSet((row) => ({
            userId: row.ref('excluded.userId'),
            grantId: row.ref('excluded.grantId'),
            userCodeHash: row.ref('excluded.userCodeHash'),
            payload: row.ref('excluded.payload'),
            expiresAt: row.ref('excluded.expiresAt'),
          })),
        ),
    );
  }

  async find({ kind, idHash }: AuthorizationRecordKey): Promise<AuthorizationRecord | null> {
    const [record] = await this.#database.execute(MAINTENANCE, (tables) =>
      tables
        .selectFrom('authorization_records')
        .selectAll()
        .where('kind', '=', kind)
        .where('idHash', '=', idHash),
    );
    return record ?? null;
  }

  async findByUserCode(kind: string, userCodeHash: string): Promise<AuthorizationRecord | null> {
    const [record] = await this.#database.execute(MAINTENANCE, (tables) =>
      tables
        .selectFrom('authorization_records')
        .selectAll()
        .where('kind', '=', kind)
        .where('userCodeHash', '=', userCodeHash),
    );
    return record ?? null;
  }

  async use({ kind, idHash }: AuthorizationRecordKey, usedAt: Date): Promise<boolean> {
    const used = await this.#database.execute(MAINTENANCE, (tables) =>
      tables
        .updateTable('authorization_records')
        .set({ usedAt })
        .where('kind', '=', kind)
        .where('idHash', '=', idHash)
        .where('usedAt', 'is', null)
        .returning('idHash'),
    );
    return used.length > 0;
  }

  async prolong({ kind, idHash }: AuthorizationRecordKey, expiresAt: Date): Promise<void> {
    await this.#database.execute(MAINTENANCE, (tables) =>
      tables
        .updateTable('authorization_records')
        .set({ expiresAt })
        .where('kind', '=', kind)
        .where('idHash', '=', idHash)
        .where('expiresAt', '<', expiresAt),
    );
  }

  async delete({ kind, idHash }: AuthorizationRecordKey): Promise<void> {
    await this.#database.execute(MAINTENANCE, (tables) =>
      tables.deleteFrom('authorization_records').where('kind', '=', kind).where('idHash', '=', idHash),
    );
  }

  async deleteByGrant(grantId: ApiKeyId): Promise<void> {
    await this.#database.execute(MAINTENANCE, (tables) =>
      tables.deleteFrom('authorization_records').where('grantId', '=', grantId),
    );
  }

  deleteExpired(time: Date): Promise<number> {
    return retryOnConflict(() =>
      this.#database.transaction(MAINTENANCE, async (em) => {
        const { numDeletedRows } = await tablesOf(em)
          .deleteFrom('authorization_records')
          .where('expiresAt', '<', time)
          .where(({ eb, refTuple, selectFrom }) =>
            eb(
              refTuple('kind', 'idHash'),
              'in',
              selectFrom('authorization_records as old')
                .select(['old.kind', 'old.idHash'])
                .where('old.expiresAt', '<', time)
                .limit(MAX_DELETED)
                .$asTuple('kind', 'idHash'),
            ),
          )
          .executeTakeFirstOrThrow();
        return Number(numDeletedRows);
      }),
    );
  }
}
