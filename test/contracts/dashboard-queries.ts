import { describe, expect, test } from 'vitest';
import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import { postAgentMessage, requestUserInput } from '../../src/domain/agent-speaks.ts';
import type { Conversation, Decision } from '../../src/domain/conversation.ts';
import { readPending } from '../../src/domain/hand-off.ts';
import type { AgentInstanceId, AgentTypeId, MessageId, UserId } from '../../src/domain/ids.ts';
import { deleteInstance, endSession, heartbeat, restoreInstance } from '../../src/domain/lifecycle.ts';
import { shownStatus } from '../../src/domain/liveness.ts';
import type { Message } from '../../src/domain/message.ts';
import { receiveUserMessage } from '../../src/domain/user-speaks.ts';
import type { AgentInstanceRepository, UpdateTarget } from '../../src/ports/agent-instance-repository.ts';
import type {
  DashboardQueries,
  InstanceCriteria,
  InstancePage,
  ListedStatus,
  Seen,
} from '../../src/ports/dashboard-queries.ts';

const newId = <Id extends string>() => uuidV7.next() as Id;
const someone = () => `reader-${uuidV7.next()}` as UserId;
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));
const NOBODY: ReadonlySet<AgentInstanceId> = new Set();

/** What people read of what the repository wrote. */
export function dashboardQueriesContract(
  open: () => { repository: AgentInstanceRepository; queries: DashboardQueries },
): void {
  /** One instance, and what is done with it. */
  class Play {
    readonly userId: UserId;
    readonly id: AgentInstanceId;

    constructor(userId: UserId, id = newId<AgentInstanceId>()) {
      this.userId = userId;
      this.id = id;
    }

    change<Output>(
      decide: (conversation: Conversation) => Decision<Output>,
      more: Partial<UpdateTarget> = {},
    ): Promise<Output> {
      const target = { userId: this.userId, agentInstanceId: this.id, ...more };
      return open().repository.update(target, (conversation) => ({ ...decide(conversation), record: null }));
    }

    async post(content: string, fields: { minute?: number; type?: string; ask?: true; diff?: string } = {}) {
      const { minute = 0, type = 'x', ask, diff } = fields;
      const { message } = await this.change(
        (conversation) =>
          postAgentMessage(conversation, {
            agentInstanceId: this.id,
            agentTypeName: type,
            content,
            isQuestion: ask ?? false,
            metadata: null,
            gitDiff: diff === undefined ? null : { status: 'stored', diff },
            newMessageId: newId<MessageId>(),
            newAgentTypeId: newId<AgentTypeId>(),
            now: at(minute),
          }),
        { queue: true, questionCompany: ask ?? false, agentTypeName: type },
      );
      return message;
    }

    say(content: string, markAsRead = false): Promise<Message> {
      const sent = { content, markAsRead, newMessageId: newId<MessageId>(), now: at(0) };
      return this.change((conversation) => receiveUserMessage(conversation, sent));
    }

    delete() {
      return this.change((conversation) => deleteInstance(conversation, { now: at(0) }));
    }
  }

  /** An instance started `minute` minutes into the day, with messages '1', '2' … */
  const played = async (userId: UserId, minute: number, messages = 1, type = 'x') => {
    const play = new Play(userId);
    for (let nth = 1; nth <= messages; nth += 1) await play.post(String(nth), { minute, type });
    return play;
  };
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
  const idsOf = (page: InstancePage | null) => page?.instances.map(({ instance }) => instance.id);
  const read = (
    { userId, id }: Pick<Play, 'userId' | 'id'>,
    limit: number,
    before: number | MessageId | null = null,
  ) => open().queries.readConversation(userId, id, { limit, before, waitingHere: NOBODY, withGitDiff: true });
  const since = ({ userId, id }: Play, seen: Seen, limit = 100) =>
    open().queries.changesSince(userId, id, seen, { limit, waitingHere: NOBODY });
  const types = (userId: UserId, recent: number, waitingHere = NOBODY) =>
    open().queries.agentTypes(userId, { recent, waitingHere });

  describe('the list of instances', () => {
    test('has the latest started first, page by page, each with its newest message', async () => {
      const userId = someone();
      const [a, b, c] = [await played(userId, 1, 1), await played(userId, 3, 2), await played(userId, 2, 3)];
      const first = await list(userId, { limit: 2 });
      expect(
        first?.instances.map(({ instance, latestMessage }) => [instance.id, latestMessage?.content]),
      ).toEqual([
        [b.id, '2'],
        [c.id, '3'],
      ]);
      const last = await list(userId, { limit: 2, after: first?.next ?? null });
      expect(idsOf(last)).toEqual([a.id]);
      expect([first?.next, last?.next]).toEqual([{ id: c.id, startedAt: at(2) }, null]);
    });

    test('has all that were started in the same moment, once', async () => {
      const userId = someone();
      const plays = await Promise.all(Array.from({ length: 5 }, () => played(userId, 1)));
      const seen: AgentInstanceId[] = [];
      for (
        let page = await list(userId, { limit: 2 });
        ;
        page = await list(userId, { limit: 2, after: page!.next })
      ) {
        seen.push(...idsOf(page)!);
        if (page?.next == null) break;
      }
      expect(seen.toSorted()).toEqual(plays.map(({ id }) => id).toSorted());
    });

    test('shows nothing twice and skips nothing while instances start, speak and go between pages', async () => {
      const userId = someone();
      const there = await Promise.all([1, 2, 3, 4, 5, 6].map((minute) => played(userId, minute)));
      const seen: AgentInstanceId[] = [];
      const gone: AgentInstanceId[] = [];
      for (
        let page = await list(userId, { limit: 2 });
        ;
        page = await list(userId, { limit: 2, after: page!.next })
      ) {
        seen.push(...idsOf(page)!);
        if (page?.next == null) break;
        // A new one, news of an old one, and the one that the next page begins after is deleted.
        await Promise.all([
          played(userId, 30 + seen.length),
          there[0]!.post('news', { minute: 59 }),
          new Play(userId, page.next.id).delete(),
        ]);
        gone.push(page.next.id);
      }
      expect(seen).toEqual(there.map(({ id }) => id).toReversed());
      expect(gone).toHaveLength(2);
    });

    test('has none that is deleted, until it is restored', async () => {
      const userId = someone();
      const play = await played(userId, 1);
      await play.delete();
      expect(idsOf(await list(userId))).toEqual([]);
      expect((await types(userId, 5))[0]).toMatchObject({ active: 0, recent: [] });
      expect((await read(play, 1))?.instance).toMatchObject({
        status: 'DELETED',
        deletion: { deletedAt: at(0), statusBefore: 'ACTIVE' },
      });
      await play.change((conversation) => restoreInstance(conversation, { now: at(1) }));
      expect(idsOf(await list(userId))).toEqual([play.id]);
      expect((await read(play, 1))?.instance).toMatchObject({ status: 'ACTIVE', deletion: null });
    });

    test('of one type, by id or by name, has those alone; a name without instances has none', async () => {
      const userId = someone();
      const [a, b] = [await played(userId, 1, 1, 'a'), await played(userId, 2, 1, 'b')];
      const { instance } = (await read(a, 0))!;
      expect(idsOf(await list(userId, { agentType: { id: instance.agentType.id } }))).toEqual([a.id]);
      expect(idsOf(await list(userId, { agentType: { name: 'b' } }))).toEqual([b.id]);
      expect(idsOf(await list(userId, { agentType: { name: 'c' } }))).toEqual([]);
      await a.delete();
      expect(await list(userId, { agentType: { id: instance.agentType.id } })).toEqual({
        instances: [],
        next: null,
      });
    });

    test('of an id that is no type of the user’s is null', async () => {
      const [owner, stranger] = [someone(), someone()];
      const { instance } = (await read(await played(owner, 1), 0))!;
      expect(await list(stranger, { agentType: { id: instance.agentType.id } })).toBeNull();
      expect(await list(owner, { agentType: { id: newId<AgentTypeId>() } })).toBeNull();
    });

    test('of a status has those that show it: silence, and no wait, makes an active one stale', async () => {
      const userId = someone();
      const silent = await played(userId, 10);
      const atWork = await played(userId, 20);
      const waiting = await played(userId, 11);
      const beating = await played(userId, 12);
      await beating.change((conversation) => heartbeat(conversation, { now: at(20) }));
      const asking = new Play(userId);
      await asking.post('?', { ask: true, minute: 1 });
      const ended = await played(userId, 2);
      await ended.change((conversation) => endSession(conversation, { now: at(2) }));

      const look = { silentSince: at(20), waitingHere: new Set([waiting.id]) };
      const found = async (status: ListedStatus) => idsOf(await list(userId, { ...look, status }));
      expect(await found('STALE')).toEqual([silent.id]);
      expect(await found('ACTIVE')).toEqual([atWork.id, beating.id, waiting.id]);
      expect(await found('AWAITING_INPUT')).toEqual([asking.id]);
      expect(await found('COMPLETED')).toEqual([ended.id]);

      // The rule itself says the same of each.
      for (const { instance, agentWaiting } of (await list(userId, look))!.instances) {
        const status = shownStatus(instance, { silentSince: look.silentSince, agentWaiting }) as ListedStatus;
        expect(await found(status)).toContain(instance.id);
      }
    });

    test('says of which instances agents wait for news', async () => {
      const userId = someone();
      const [a, b] = [await played(userId, 1), await played(userId, 2)];
      const page = await list(userId, { waitingHere: new Set([a.id]) });
      expect(page?.instances.map(({ instance, agentWaiting }) => [instance.id, agentWaiting])).toEqual([
        [b.id, false],
        [a.id, true],
      ]);
    });

    test('cuts a long message by characters, and never within one', async () => {
      const userId = someone();
      const play = new Play(userId);
      await play.post('\u{1F4A5}'.repeat(2_500));
      const [overview] = (await list(userId))!.instances;
      expect(overview?.latestMessage?.content).toBe('\u{1F4A5}'.repeat(2_000));
    });

    test('is empty where nothing is wanted', async () => {
      const userId = someone();
      await played(userId, 1);
      expect(await list(userId, { limit: 0 })).toEqual({ instances: [], next: null });
    });
  });

  describe('agent types', () => {
    test('come by name, with what their instances are at and the latest of them', async () => {
      const userId = someone();
      const b = [
        await played(userId, 1, 1, 'b'),
        await played(userId, 3, 1, 'b'),
        await played(userId, 2, 1, 'b'),
      ];
      await b[0]!.change((conversation) => endSession(conversation, { now: at(5) }));
      await b[1]!.post('?', { ask: true, minute: 6 });
      const a = await played(userId, 9, 2, 'a');
      const found = await types(userId, 2, new Set([b[2]!.id]));
      expect(found).toMatchObject([
        { agentType: { name: 'a' }, createdAt: at(9), active: 1, awaitingInput: 0, completed: 0 },
        { agentType: { name: 'b' }, createdAt: at(1), active: 1, awaitingInput: 1, completed: 1 },
      ]);
      expect(
        found.map(({ recent }) =>
          recent.map(({ instance, latestMessage, agentWaiting }) => [
            instance.id,
            latestMessage?.content,
            agentWaiting,
          ]),
        ),
      ).toEqual([
        [[a.id, '2', false]],
        [
          [b[1]!.id, '?', false],
          [b[2]!.id, '1', true],
        ],
      ]);
      expect((await types(userId, 0)).map(({ active, recent }) => [active, recent])).toEqual([
        [1, []],
        [1, []],
      ]);
    });
  });

  describe('a conversation', () => {
    test('is read from its end, page by page, by position or by message', async () => {
      const play = await played(someone(), 1, 5);
      const all = (await read(play, 9))!.messages!;
      const contents = async (limit: number, before: number | MessageId | null) => {
        const page = await read(play, limit, before);
        return [page?.messages?.map(({ content }) => content), page?.hasEarlier];
      };
      expect(await contents(2, null)).toEqual([['4', '5'], true]);
      expect(await contents(2, 4)).toEqual([['2', '3'], true]);
      expect(await contents(2, all[3]!.id)).toEqual([['2', '3'], true]);
      expect(await contents(2, 2)).toEqual([['1'], false]);
      expect(await contents(2, all[0]!.id)).toEqual([[], false]);
      expect(await contents(9, 100)).toEqual([['1', '2', '3', '4', '5'], false]);
      expect(await contents(0, null)).toEqual([[], true]);
    });

    test('has no page before a message that is not in it', async () => {
      const userId = someone();
      const [play, other] = [await played(userId, 1, 2), await played(userId, 1, 2)];
      const elsewhere = (await read(other, 9))!.messages![1]!.id;
      expect((await read(play, 9, elsewhere))?.messages).toBeNull();
      expect((await read(play, 9, newId<MessageId>()))?.messages).toBeNull();
    });

    test('comes with the diff, where it is asked for, and with its newest message in any case', async () => {
      const play = new Play(someone());
      await play.post('1', { diff: 'diff --git a/x b/x' });
      await play.post('2');
      expect(await read(play, 1, 2)).toMatchObject({
        gitDiff: 'diff --git a/x b/x',
        messages: [{ content: '1' }],
        latestMessage: { content: '2', createdAt: at(0) },
      });
      const { userId, id } = play;
      const request = { limit: 1, before: null, waitingHere: new Set([id]) };
      expect(await open().queries.readConversation(userId, id, request)).toMatchObject({
        gitDiff: null,
        agentWaiting: true,
      });
    });
  });

  describe('what changed since a version', () => {
    test('is nothing where nothing did', async () => {
      const play = await played(someone(), 1, 2);
      const { instance } = (await read(play, 0))!;
      const { version, lastPosition } = instance;
      expect(await since(play, { version, position: lastPosition })).toEqual({
        instance,
        latestMessage: { content: '2', createdAt: at(1) },
        agentWaiting: false,
        posted: [],
        amended: [],
        openQuestions: [],
        gitDiff: undefined,
      });
    });

    test('is what was posted, and what became of messages that were there', async () => {
      const play = new Play(someone());
      const early = await play.post('a step');
      const asked = await play.post('Which?', { ask: true });
      const { instance } = (await read(play, 0))!;
      const seen = { version: instance.version, position: instance.lastPosition };
      const names = async (from: Seen) => {
        const changes = await since(play, from);
        const contents = (messages: readonly Message[]) => messages.map(({ content }) => content);
        return changes && [contents(changes.posted), contents(changes.amended)];
      };

      const answer = await play.say('this');
      expect(await names(seen)).toEqual([['this'], ['Which?']]);
      const answered = { version: seen.version + 1, position: 3 };
      expect(await names(answered)).toEqual([[], []]);
      await play.change(
        (conversation) => readPending(conversation, { lastReadMessageId: asked.id, now: at(1) }),
        { queue: true, readSince: asked.id },
      );
      expect(await names(answered)).toEqual([[], ['this']]);
      expect((await since(play, answered))?.amended[0]).toMatchObject({ id: answer.id, readAt: at(1) });

      const read_ = { version: answered.version + 1, position: 3 };
      await play.change(
        (conversation) => requestUserInput(conversation, { messageId: early.id, now: at(1) }),
        { queue: true, message: early.id },
      );
      expect(await names(read_)).toEqual([[], ['a step']]);
      const open_ = { version: read_.version + 1, position: 3 };
      await play.change((conversation) => endSession(conversation, { now: at(2) }));
      expect(await names(open_)).toEqual([[], ['a step']]);
      expect((await since(play, open_))?.amended[0]?.questionStatus).toBe('closed');
      expect((await since(play, open_))?.instance.status).toBe('COMPLETED');
      expect(await names(seen)).toEqual([['this'], ['a step', 'Which?']]);
    });

    test('is told in pieces where there is much of it', async () => {
      const play = await played(someone(), 1, 5);
      const changes = await since(play, { version: 1, position: 1 }, 2);
      expect(changes?.posted.map(({ content }) => content)).toEqual(['2', '3']);
      expect(changes?.instance.lastPosition).toBe(5);
    });

    test('has the diff only where that changed, also when it was cleared', async () => {
      const play = new Play(someone());
      await play.post('1', { diff: 'diff --git a/x b/x' });
      expect((await since(play, { version: 0, position: 0 }))?.gitDiff).toBe('diff --git a/x b/x');
      await play.post('2');
      expect((await since(play, { version: 1, position: 1 }))?.gitDiff).toBeUndefined();
      await play.change((conversation) => {
        const instance = { ...conversation.instance!, version: conversation.instance!.version + 1 };
        return { output: null, changes: { instance, posted: [], amended: [], gitDiff: null } };
      });
      expect((await since(play, { version: 2, position: 2 }))?.gitDiff).toBeNull();
    });

    test('comes with the open questions that have not changed, where they are asked for', async () => {
      const play = await played(someone(), 1);
      const asked = await play.post('Which?', { ask: true });
      const { userId, id } = play;
      const request = { limit: 0, waitingHere: NOBODY, withOpenQuestions: true };
      const ask = () => open().queries.changesSince(userId, id, { version: 2, position: 2 }, request);
      expect((await ask())?.openQuestions).toEqual([expect.objectContaining({ id: asked.id })]);
      await play.say('this');
      expect((await ask())?.openQuestions).toEqual([]);
    });

    test('tells of a deletion', async () => {
      const play = await played(someone(), 1);
      await play.delete();
      expect((await since(play, { version: 1, position: 1 }))?.instance.status).toBe('DELETED');
    });
  });

  test('how far each instance is, is told of deleted ones too', async () => {
    const userId = someone();
    const [one, two] = [await played(userId, 1, 2), await played(userId, 2, 1)];
    await two.delete();
    expect(await open().queries.progress(userId)).toEqual(
      new Map([
        [one.id, { version: 2, position: 2 }],
        [two.id, { version: 2, position: 1 }],
      ]),
    );
    expect((await open().queries.progress(someone())).size).toBe(0);
  });

  test('nothing of another user is there, whatever it is asked by', async () => {
    const [owner, stranger] = [someone(), someone()];
    const play = await played(owner, 1, 2);
    const theirs = { userId: stranger, id: play.id };
    expect(await list(stranger)).toEqual({ instances: [], next: null });
    expect(await types(stranger, 5)).toEqual([]);
    expect(await read(theirs, 10)).toBeNull();
    expect(await since(new Play(stranger, play.id), { version: 0, position: 0 })).toBeNull();
    expect(await read({ userId: owner, id: newId<AgentInstanceId>() }, 10)).toBeNull();
    const [message] = (await read(play, 1))!.messages!;
    const own = await played(stranger, 1);
    expect((await read(own, 10, message!.id))?.messages).toBeNull();
  });
}
