import assert from 'node:assert/strict';
import { requestUserInput } from '../../domain/conversation/agent-messages.ts';
import { readPending } from '../../domain/conversation/hand-off.ts';
import { endSession } from '../../domain/conversation/lifecycle.ts';
import type { Message } from '../../domain/conversation/message.ts';
import type { Seen } from '../../ports/storage/dashboard-queries.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOBODY, someone } from '../valid-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { at, playsIn } from './play.ts';
import { readsIn } from './reads.ts';

export function changesSince({ describe, test }: TestRunner, open: () => OpenQueries): void {
  const { aPlay, played } = playsIn(open);
  const { read, since } = readsIn(open);

  describe('what changed since a version', () => {
    test('is nothing where nothing did', async () => {
      const play = await played(someone(), 1, 2);
      const { instance } = (await read(play, 0))!;
      const { version, lastPosition } = instance;
      assert.deepEqual(await since(play, { version, position: lastPosition }), {
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
      const play = aPlay(someone());
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
      assert.deepEqual(await names(seen), [['this'], ['Which?']]);
      const answered = { version: seen.version + 1, position: 3 };
      assert.deepEqual(await names(answered), [[], []]);
      await play.change(
        (conversation) => readPending(conversation, { lastReadMessageId: asked.id, now: at(1) }),
        { queue: true, readSince: asked.id },
      );
      assert.deepEqual(await names(answered), [[], ['this']]);
      assertMatches((await since(play, answered))?.amended[0], { id: answer.id, readAt: at(1) });

      const read_ = { version: answered.version + 1, position: 3 };
      await play.change(
        (conversation) => requestUserInput(conversation, { messageId: early.id, now: at(1) }),
        { queue: true, message: early.id },
      );
      assert.deepEqual(await names(read_), [[], ['a step']]);
      const open_ = { version: read_.version + 1, position: 3 };
      await play.change((conversation) => endSession(conversation, { now: at(2) }));
      assert.deepEqual(await names(open_), [[], ['a step']]);
      assert.equal((await since(play, open_))?.amended[0]?.questionStatus, 'closed');
      assert.equal((await since(play, open_))?.instance.status, 'COMPLETED');
      assert.deepEqual(await names(seen), [['this'], ['a step', 'Which?']]);
    });

    test('is told in pieces where there is much of it', async () => {
      const play = await played(someone(), 1, 5);
      const changes = await since(play, { version: 1, position: 1 }, 2);
      assert.deepEqual(
        changes?.posted.map(({ content }) => content),
        ['2', '3'],
      );
      assert.equal(changes?.instance.lastPosition, 5);
    });

    test('has the diff only where that changed, also when it was cleared', async () => {
      const play = aPlay(someone());
      await play.post('1', { diff: 'diff --git a/x b/x' });
      assert.equal((await since(play, { version: 0, position: 0 }))?.gitDiff, 'diff --git a/x b/x');
      await play.post('2');
      assert.equal((await since(play, { version: 1, position: 1 }))?.gitDiff, undefined);
      await play.change((conversation) => {
        const instance = { ...conversation.instance!, version: conversation.instance!.version + 1 };
        return { output: null, changes: { instance, posted: [], amended: [], gitDiff: null } };
      });
      assert.equal((await since(play, { version: 2, position: 2 }))?.gitDiff, null);
    });

    test('comes with the open questions that have not changed, where they are asked for', async () => {
      const play = await played(someone(), 1);
      const asked = await play.post('Which?', { ask: true });
      const { userId, id } = play;
      const request = { limit: 0, waitingHere: NOBODY, withOpenQuestions: true };
      const ask = () => open().queries.changesSince(userId, id, { version: 2, position: 2 }, request);
      assertMatches((await ask())?.openQuestions, [{ id: asked.id }]);
      await play.say('this');
      assert.deepEqual((await ask())?.openQuestions, []);
    });

    test('tells of a deletion', async () => {
      const play = await played(someone(), 1);
      await play.delete();
      assert.equal((await since(play, { version: 1, position: 1 }))?.instance.status, 'DELETED');
    });
  });
}
