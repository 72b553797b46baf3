import type { MessageId, UserId } from '../../domain/ids.ts';
import type {
  InstanceCriteria,
  InstancePage,
  InstanceProgress,
} from '../../ports/storage/dashboard-queries.ts';
import { NO_WAITS } from '../test-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { atMinute, type TestConversation } from './test-conversation.ts';

export const idsOf = (page: InstancePage | null) => page?.instances.map(({ instance }) => instance.id);

/** Returns the queries with default arguments, so that a test passes only those that matter to it. */
export function testQueriesIn(storeUnderTest: () => OpenQueries) {
  const list = (userId: UserId, criteria: Partial<InstanceCriteria> = {}) =>
    storeUnderTest().queries.listInstances(userId, {
      limit: 10,
      after: null,
      status: null,
      staleBefore: atMinute(0),
      agentType: null,
      waitingHere: NO_WAITS,
      ...criteria,
    });

  const types = (userId: UserId, recent: number, waitingHere = NO_WAITS) =>
    storeUnderTest().queries.agentTypes(userId, { recent, waitingHere });

  const read = (
    { userId, id }: Pick<TestConversation, 'userId' | 'id'>,
    limit: number,
    before: number | MessageId | null = null,
  ) =>
    storeUnderTest().queries.readConversation(userId, id, {
      limit,
      before,
      waitingHere: NO_WAITS,
      withGitDiff: true,
    });

  const since = ({ userId, id }: TestConversation, seen: InstanceProgress, limit = 100) =>
    storeUnderTest().queries.changesSince(userId, id, seen, { limit, waitingHere: NO_WAITS });

  return { list, types, read, since };
}
