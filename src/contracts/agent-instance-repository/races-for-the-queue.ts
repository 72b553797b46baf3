import assert from 'node:assert/strict';
import type { Message } from '../../domain/conversation/message.ts';
import type { MessageId } from '../../domain/ids.ts';
import type { TestRunner } from '../test-runner.ts';
import type { OpenStore } from './open-store.ts';
import { contents, newTarget, testActionsIn } from './test-actions.ts';

export function racesForTheQueue({ test }: TestRunner, open: () => OpenStore): void {
  const { post, say, read, readQuestion, load } = testActionsIn(open);

  test('50 writers and readers on one instance: every user message is handed over once, in order', async () => {
    const target = newTarget();
    const [here, there] = open().repositories;
    const { message: opening } = await post(target);
    const handedOver: { version: number; messages: readonly Message[] }[] = [];
    const recordHandOff = (version: number, messages: readonly Message[]) => {
      if (messages.length > 0) handedOver.push({ version, messages });
    };
    const positions: number[] = [opening.position];
    const rounds = 6;

    const user = async (nth: number) => {
      for (let round = 0; round < rounds; round += 1) {
        const message = await say(target, `user ${nth}.${round}`, false, nth % 2 === 0 ? here : there);
        positions.push(message.position);
      }
    };
    const agent = async (nth: number) => {
      for (let round = 0; round < rounds; round += 1) {
        const posted = await post(target, { content: `step ${nth}.${round}` }, nth % 2 === 0 ? here : there);
        positions.push(posted.message.position);
        recordHandOff(posted.message.readVersion ?? 0, posted.handedOver);
      }
    };
    const reader = async (nth: number) => {
      let cursor: MessageId | null = opening.id;
      for (let round = 0; round < rounds; round += 1) {
        const result: Awaited<ReturnType<typeof read>> = await read(
          target,
          cursor,
          nth % 2 === 0 ? here : there,
        );
        recordHandOff(result.messages[0]?.readVersion ?? 0, result.messages);
        cursor = result.instance.lastReadMessageId;
      }
    };
    await Promise.all([
      ...Array.from({ length: 20 }, (_, nth) => user(nth)),
      ...Array.from({ length: 15 }, (_, nth) => agent(nth)),
      ...Array.from({ length: 15 }, (_, nth) => reader(nth)),
    ]);
    const last = await post(target, { content: 'the end' });
    positions.push(last.message.position);
    recordHandOff(last.message.readVersion ?? 0, last.handedOver);

    const total = 2 + 20 * rounds + 15 * rounds;
    assert.deepEqual(
      positions.sort((a, b) => a - b),
      Array.from({ length: total }, (_, nth) => nth + 1),
    );
    const inOrder = handedOver.sort((a, b) => a.version - b.version).flatMap(({ messages }) => messages);
    assert.equal(inOrder.length, 20 * rounds);
    const order = inOrder.map(({ position }) => position);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(order).size, order.length);
  });

  test('20 readers of one answer all get it, and it is handed over once', async () => {
    const target = newTarget();
    await post(target);
    await say(target, 'before');
    const { message: question } = await post(target, { isQuestion: true });
    await say(target, 'yes');
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, nth) =>
        readQuestion(target, question.id, open().repositories[nth % 2 === 0 ? 0 : 1]),
      ),
    );
    for (const { answer, feedback, status } of results) {
      assert.deepEqual([answer?.content, contents(feedback), status], ['yes', ['before'], 'answered']);
    }
    assert.equal(new Set(results.map(({ answer }) => answer?.readVersion)).size, 1);
    assert.equal((await load(target)).instance?.version, 5);
  });

  test('a user message that is marked as read never skips the messages that were queued before it', async () => {
    const target = newTarget();
    await post(target);
    await say(target, 'queued');
    const marked = await say(target, 'typed at the agent', true);
    assert.deepEqual(contents((await read(target, marked.id)).messages), ['queued']);
    assert.deepEqual(contents((await read(target, marked.id)).alreadyRead), ['queued']);
  });
}
