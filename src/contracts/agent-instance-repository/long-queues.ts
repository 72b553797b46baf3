import assert from 'node:assert/strict';
import { requireInstance } from '../../domain/conversation/conversation.ts';
import { ConversationDraft } from '../../domain/conversation/conversation-draft.ts';
import { MAX_HAND_OFF_MESSAGES } from '../../domain/conversation/hand-off/hand-off-page.ts';
import type { Message } from '../../domain/conversation/message.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newId } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenStore } from './open-store.ts';
import { type InstanceTarget, newTarget, testActionsIn } from './test-actions.ts';

/** Two of these fit into one hand-off. */
const LONG_TEXT = 'é'.repeat(200_000);

const positions = (messages: readonly Message[]) => messages.map(({ position }) => position);

export function longQueues({ describe, test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { store, post, say, read, load } = testActionsIn(storeUnderTest);

  /** Queues messages in the positions from 2 on. Returns the step before them. */
  const queue = async (target: InstanceTarget, texts: readonly string[]): Promise<Message> => {
    const { message } = await post(target);
    await store().update(
      target,
      withoutRecord((conversation) => {
        const draft = new ConversationDraft(requireInstance(conversation), [], NOW);
        const fields = { metadata: null, requiresUserInput: false, questionStatus: null };
        for (const content of texts) draft.post({ ...fields, senderType: 'USER', id: newId(), content });
        return { output: null, changes: draft.changes() };
      }),
    );
    return message;
  };
  const loadedQueue = async (target: InstanceTarget) =>
    positions((await load(target)).messages).toSorted((a, b) => a - b);

  describe('a queue that is longer than one hand-off', () => {
    test('is handed over part by part, in order', async () => {
      const target = newTarget();
      await queue(target, new Array(5).fill(LONG_TEXT));
      const parts: [number[], boolean][] = [];
      for (const content of ['a', 'b', 'c', 'd']) {
        const { handedOver, more } = await post(target, { content });
        parts.push([positions(handedOver), more]);
      }
      assert.deepEqual(parts, [
        [[2, 3], true],
        [[4, 5], true],
        [[6], false],
        [[], false],
      ]);
    });

    test('is loaded up to the first message that does not fit', async () => {
      const target = newTarget();
      await queue(target, new Array(5).fill(LONG_TEXT));
      assert.deepEqual(await loadedQueue(target), [2, 3, 4]);
    });

    test('is loaded up to its second message, if the first one does not fit', async () => {
      const target = newTarget();
      await queue(target, [LONG_TEXT.repeat(3), 'short', 'short']);
      assert.deepEqual(await loadedQueue(target), [2, 3]);
    });

    test('is loaded up to one message more than one hand-off may have', async () => {
      const target = newTarget();
      await queue(target, new Array(MAX_HAND_OFF_MESSAGES + 5).fill('short'));
      assert.equal((await loadedQueue(target)).length, MAX_HAND_OFF_MESSAGES + 1);
    });

    test('is handed over once and in order to steps at the same time as new messages', async () => {
      const target = newTarget();
      await queue(target, new Array(5).fill(LONG_TEXT));
      const handedOver: number[] = [];
      const takeStep = async (content: string) => {
        handedOver.push(...positions((await post(target, { content })).handedOver));
      };
      await Promise.all([takeStep('a'), say(target, 'new'), takeStep('b'), takeStep('c'), takeStep('d')]);
      await takeStep('e');
      assert.equal(handedOver.length, 6);
      assert.deepEqual(
        handedOver,
        handedOver.toSorted((a, b) => a - b),
      );
    });

    test('gives a repeated step the same part again, and nothing that does not fit beside it', async () => {
      const target = newTarget();
      await queue(target, new Array(3).fill(LONG_TEXT));
      await post(target, { content: 'build' });
      const repeated = await post(target, { content: 'build' });
      assert.deepEqual(
        [positions(repeated.handedOver), repeated.more, repeated.redelivered],
        [[2, 3], true, true],
      );
      assert.deepEqual(positions((await post(target, { content: 'test' })).handedOver), [4]);
    });

    test('is read again part by part by a reader that has missed it', async () => {
      const target = newTarget();
      const step = await queue(target, new Array(4).fill(LONG_TEXT));
      const first = await read(target, step.id);
      await read(target, first.messages.at(-1)!.id);
      const missed = await read(target, step.id);
      assert.deepEqual([positions(missed.alreadyRead), missed.more], [[2, 3], true]);
      const rest = await read(target, missed.alreadyRead.at(-1)!.id);
      assert.deepEqual([positions(rest.alreadyRead), rest.more], [[4, 5], false]);
    });
  });
}
