import type { UserId } from '../../../../domain/ids.ts';
import type { AnswerLink } from '../../../../ports/storage/notification-repository.ts';
import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';

/** Adds links, of any users. One with the same hash is replaced. */
export async function addLinks(database: Database, links: readonly AnswerLink[]): Promise<void> {
  if (links.length === 0) return;
  const users = [...new Set(links.map(({ userId }) => userId))];
  await database.execute(users, (tables) =>
    tables
      .insertInto('answer_links')
      .values([...links])
      .onConflict((conflict) =>
        conflict.columns(['userId', 'tokenHash']).doUpdateSet((row) => ({
          notificationId: row.ref('excluded.notificationId'),
          destinationId: row.ref('excluded.destinationId'),
          agentInstanceId: row.ref('excluded.agentInstanceId'),
          questionId: row.ref('excluded.questionId'),
          value: row.ref('excluded.value'),
          expiresAt: row.ref('excluded.expiresAt'),
          usedAt: row.ref('excluded.usedAt'),
        })),
      ),
  );
}

/** Reads the link of any user. */
export async function findLink(database: Database, tokenHash: string): Promise<AnswerLink | null> {
  const [link] = await database.execute(MAINTENANCE, (tables) =>
    tables.selectFrom('answer_links').selectAll().where('tokenHash', '=', tokenHash),
  );
  return link ?? null;
}

/** Marks a link as used. Returns whether it exists and was not used before. */
export async function useLink(
  database: Database,
  userId: UserId,
  tokenHash: string,
  usedAt: Date,
): Promise<boolean> {
  const used = await database.execute([userId], (tables) =>
    tables
      .updateTable('answer_links')
      .set({ usedAt })
      .where('userId', '=', userId)
      .where('tokenHash', '=', tokenHash)
      .where('usedAt', 'is', null)
      .returning('tokenHash'),
  );
  return used.length > 0;
}
