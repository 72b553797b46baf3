import { expect, test } from 'vitest';
import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import { postAgentMessage } from '../../src/domain/agent-speaks.ts';
import type { AgentInstanceId, AgentTypeId, MessageId, UserId } from '../../src/domain/ids.ts';
import type { AgentInstanceRepository } from '../../src/ports/agent-instance-repository.ts';
import type { DashboardQueries } from '../../src/ports/dashboard-queries.ts';

const newId = <Id extends string>() => uuidV7.next() as Id;
const someone = () => `reader-${uuidV7.next()}` as UserId;

/** What people read of what the repository wrote. */
export function dashboardQueriesContract(
  open: () => { repository: AgentInstanceRepository; queries: DashboardQueries },
): void {
  /** An instance started `minute` minutes into the day, with messages '1', '2' … */
  const played = async (userId: UserId, minute: number, messages: number, id = newId<AgentInstanceId>()) => {
    const now = new Date(Date.UTC(2026, 2, 1, 12, minute));
    for (let nth = 1; nth <= messages; nth += 1) {
      await open().repository.update({ userId, agentInstanceId: id, agentTypeName: 'x' }, (conversation) => ({
        ...postAgentMessage(conversation, {
          agentInstanceId: id,
          agentTypeName: 'x',
          content: String(nth),
          isQuestion: false,
          metadata: null,
          gitDiff: null,
          newMessageId: newId<MessageId>(),
          newAgentTypeId: newId<AgentTypeId>(),
          now,
        }),
        record: null,
      }));
    }
    return id;
  };
  const list = (userId: UserId, limit: number, after: AgentInstanceId | null = null) =>
    open().queries.listInstances(userId, { limit, after });
  const read = (userId: UserId, id: AgentInstanceId, limit: number, before: number | null = null) =>
    open().queries.readConversation(userId, id, { limit, before });

  test('instances are listed latest started first, page by page, each with its newest message', async () => {
    const userId = someone();
    const [a, b, c] = [await played(userId, 1, 1), await played(userId, 3, 2), await played(userId, 2, 3)];
    const first = await list(userId, 2);
    expect(
      first.instances.map(({ instance, latestMessage }) => [instance.id, latestMessage?.content]),
    ).toEqual([
      [b, '2'],
      [c, '3'],
    ]);
    const last = await list(userId, 2, first.next);
    expect(last.instances.map(({ instance }) => instance.id)).toEqual([a]);
    expect([first.next, last.next]).toEqual([c, null]);
  });

  test('instances started in the same moment are all listed, once', async () => {
    const userId = someone();
    const ids = await Promise.all(Array.from({ length: 5 }, () => played(userId, 1, 1)));
    const seen: AgentInstanceId[] = [];
    for (let after: AgentInstanceId | null | undefined; after !== null; ) {
      const page = await list(userId, 2, after ?? null);
      seen.push(...page.instances.map(({ instance }) => instance.id));
      after = page.next;
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  test('a conversation is read from its end, page by page', async () => {
    const userId = someone();
    const id = await played(userId, 1, 5);
    const contents = async (limit: number, before: number | null) => {
      const page = await read(userId, id, limit, before);
      return [page?.messages.map(({ content }) => content), page?.hasEarlier];
    };
    expect(await contents(2, null)).toEqual([['4', '5'], true]);
    expect(await contents(2, 4)).toEqual([['2', '3'], true]);
    expect(await contents(2, 2)).toEqual([['1'], false]);
    expect(await contents(2, 1)).toEqual([[], false]);
    expect(await contents(9, 100)).toEqual([['1', '2', '3', '4', '5'], false]);
    expect(await contents(0, null)).toEqual([[], true]);
  });

  test('nothing of another user is there, whatever it is asked by', async () => {
    const [owner, stranger] = [someone(), someone()];
    const id = await played(owner, 1, 2);
    expect(await list(stranger, 10)).toEqual({ instances: [], next: null });
    expect(await list(stranger, 10, id)).toEqual({ instances: [], next: null });
    expect(await read(stranger, id, 10)).toBeNull();
    expect(await read(owner, newId<AgentInstanceId>(), 10)).toBeNull();
  });
}
