import assert from 'node:assert/strict';
import { postAgentMessage } from '../../domain/conversation/agent-messages.ts';
import type { AgentInstanceId } from '../../domain/ids.ts';
import { anAgentMessage } from '../agent-message-builder.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newId, newUser } from '../test-values.ts';
import type { OpenStore } from './open-store.ts';
import { type InstanceTarget, newTarget, testActionsIn } from './test-actions.ts';

export function idempotency({ describe, test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { store, load } = testActionsIn(storeUnderTest);

  describe('idempotency records', () => {
    /**
     * Posts a message, or returns the recorded answer if the key was used before, as a use case does. The
     * answer is the id of the message.
     */
    const postOnce = (target: InstanceTarget, key: string, repository = store()) =>
      repository.update({ ...target, agentTypeName: 'x', idempotencyKey: key }, (conversation, record) => {
        if (record !== null) return { output: record.answer, changes: null, record: null };
        const agentMessage = anAgentMessage(target.agentInstanceId, { agentTypeName: 'x', content: 'once' });
        const { output, changes } = postAgentMessage(conversation, agentMessage);
        const answer = output.message.id;
        return { output: answer, changes, record: { fingerprint: 'f', answer, recordedAt: NOW } };
      });

    test('a record is saved with its effect and loaded by the next update', async () => {
      const target = newTarget();
      const first = await postOnce(target, 'k');
      assert.equal(await postOnce(target, 'k'), first);
      assert.equal((await load(target)).instance?.lastPosition, 1);
    });

    test('a record can be saved for a decision that changes nothing', async () => {
      const target = newTarget();
      const record = { fingerprint: 'f', answer: '{"a":"\u{1F600}"}', recordedAt: NOW };
      await store().update({ ...target, idempotencyKey: 'empty' }, () => ({
        output: 0,
        changes: null,
        record,
      }));
      assert.deepEqual((await load(target, { idempotencyKey: 'empty' })).record, record);
      assert.equal((await load(target)).instance, null);
    });

    test('two users may use the same key', async () => {
      const [one, two] = [newTarget(), newTarget()];
      assert.notEqual(await postOnce(one, 'same'), await postOnce(two, 'same'));
    });

    for (const [description, hasOwnInstance] of [
      ['the same instance', false],
      ['a different instance each', true],
    ] as const) {
      test(`20 concurrent repeats on ${description} have one effect`, async () => {
        const userId = newUser();
        const sharedInstanceId = newId<AgentInstanceId>();
        const targets = Array.from({ length: 20 }, () => ({
          userId,
          agentInstanceId: hasOwnInstance ? newId<AgentInstanceId>() : sharedInstanceId,
        }));
        const answers = await Promise.all(
          targets.map((target, nth) =>
            postOnce(target, 'dup', storeUnderTest().repositories[nth % 2 === 0 ? 0 : 1]),
          ),
        );
        assert.equal(new Set(answers).size, 1);
        const positions = await Promise.all(
          [...new Set(targets)].map(async (target) => (await load(target)).instance?.lastPosition ?? 0),
        );
        assert.equal(hasOwnInstance ? positions.reduce((a, b) => a + b) : positions[0], 1);
      });
    }

    test('deleteIdempotencyRecords deletes the records before the given time and keeps the others', async () => {
      const target = newTarget();
      const saveRecord = async (key: string, recordedAt: Date) =>
        store().update({ ...target, idempotencyKey: key }, () => ({
          output: 0,
          changes: null,
          record: { fingerprint: 'f', answer: '{}', recordedAt },
        }));
      await saveRecord('old', new Date(NOW.getTime() - 1));
      await saveRecord('young', NOW);
      assert.ok((await store().deleteIdempotencyRecords(NOW)) >= 1);
      assert.equal((await load(target, { idempotencyKey: 'old' })).record, null);
      assert.notEqual((await load(target, { idempotencyKey: 'young' })).record, null);
    });
  });
}
