import type { MessageId, UserId } from '../../domain/ids.ts';
import type { InstanceCriteria, InstancePage, Seen } from '../../ports/storage/dashboard-queries.ts';
import { NOBODY } from '../valid-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { at, type Play } from './play.ts';

export const idsOf = (page: InstancePage | null) => page?.instances.map(({ instance }) => instance.id);

/** What people ask of a store: a test names only what it is about. */
export function readsIn(open: () => OpenQueries) {
  const list = (userId: UserId, criteria: Partial<InstanceCriteria> = {}) =>
    open().queries.listInstances(userId, {
      limit: 10,
      after: null,
      status: null,
      silentSince: at(0),
      agentType: null,
      waitingHere: NOBODY,
      ...criteria,
    });

  const types = (userId: UserId, recent: number, waitingHere = NOBODY) =>
    open().queries.agentTypes(userId, { recent, waitingHere });

  const read = (
    { userId, id }: Pick<Play, 'userId' | 'id'>,
    limit: number,
    before: number | MessageId | null = null,
  ) => open().queries.readConversation(userId, id, { limit, before, waitingHere: NOBODY, withGitDiff: true });

  const since = ({ userId, id }: Play, seen: Seen, limit = 100) =>
    open().queries.changesSince(userId, id, seen, { limit, waitingHere: NOBODY });

  return { list, types, read, since };
}
