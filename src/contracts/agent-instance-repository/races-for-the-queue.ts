import assert from 'node:assert/strict';
import type { Message } from '../../domain/conversation/message.ts';
import type { MessageId } from '../../domain/ids.ts';
import type { TestRunner } from '../test-runner.ts';
import type { OpenStore } from './open-store.ts';
import { contents, newTarget, testActionsIn } from './test-actions.ts';

export function racesForTheQueue({ test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { post, say, read, readQuestion, load } = testActionsIn(storeUnderTest);

  test('50 writers and readers on one instance: every user message is handed over once, in order', async () => {
    const target = newTarget();
    const { repositories } = storeUnderTest();
    const { message: firstMessage } = await post(target);
    const handOffs: { version: number; messages: readonly Message[] }[] = [];
    const recordHandOff = (version: number, messages: readonly Message[]) => {
      if (messages.length > 0) handOffs.push({ version, messages });
    };
    const positions: number[] = [firstMessage.position];
    const rounds = 6;

    const user = async (nth: number) => {
      for (let round = 0; round < rounds; round += 1) {
        const message = await say(target, `user ${nth}.${round}`, false, repositories[nth % 2]!);
        positions.push(message.position);
      }
    };
    const agent = async (nth: number) => {
      for (let round = 0; round < rounds; round += 1) {
        const posted = await post(target, { content: `step ${nth}.${round}` }, repositories[nth % 2]!);
        positions.push(posted.message.position);
        recordHandOff(posted.message.readVersion ?? 0, posted.handedOver);
      }
    };
    const reader = async (nth: number) => {
      let cursor: MessageId | null = firstMessage.id;
      for (let round = 0; round < rounds; round += 1) {
        const result: Awaited<ReturnType<typeof read>> = await read(target, cursor, repositories[nth % 2]!);
        recordHandOff(result.messages[0]?.readVersion ?? 0, result.messages);
        cursor = result.instance.lastReadMessageId;
      }
    };
    await Promise.all([
      ...Array.from({ length: 20 }, (_, nth) => user(nth)),
      ...Array.from({ length: 15 }, (_, nth) => agent(nth)),
      ...Array.from({ length: 15 }, (_, nth) => reader(nth)),
    ]);
    const lastPost = await post(target, { content: 'the end' });
    positions.push(lastPost.message.position);
    recordHandOff(lastPost.message.readVersion ?? 0, lastPost.handedOver);

    // The first and the last message, and the messages of 20 users and 15 agents. Readers write nothing.
    const total = 2 + 20 * rounds + 15 * rounds;
    assert.deepEqual(
      positions.sort((a, b) => a - b),
      Array.from({ length: total }, (_, nth) => nth + 1),
    );
    const messagesInOrder = handOffs
      .sort((a, b) => a.version - b.version)
      .flatMap(({ messages }) => messages);
    assert.equal(messagesInOrder.length, 20 * rounds);
    const handedOverPositions = messagesInOrder.map(({ position }) => position);
    assert.deepEqual(
      handedOverPositions,
      handedOverPositions.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(handedOverPositions).size, handedOverPositions.length);
  });

  test('a step at the same time as an update of another kind hands over what another process has queued', async () => {
    const target = newTarget();
    const [first, second] = storeUnderTest().repositories;
    const { message } = await post(target, { content: 'one' }, first);
    await say(target, 'queued elsewhere', false, second);
    const loadMessage = first!.update({ ...target, messageId: message.id }, () => ({
      output: null,
      changes: null,
      record: null,
    }));
    const [posted] = await Promise.all([post(target, { content: 'two' }, first), loadMessage]);
    assert.deepEqual(contents(posted.handedOver), ['queued elsewhere']);
  });

  test('20 readers of one answer all get it, and it is handed over once', async () => {
    const target = newTarget();
    await post(target);
    await say(target, 'before');
    const { message: question } = await post(target, { isQuestion: true });
    await say(target, 'yes');
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, nth) =>
        readQuestion(target, question.id, storeUnderTest().repositories[nth % 2 === 0 ? 0 : 1]),
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
