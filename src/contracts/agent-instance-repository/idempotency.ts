import assert from 'node:assert/strict';
import { postAgentMessage } from '../../domain/conversation/agent-messages.ts';
import type { AgentInstanceId } from '../../domain/ids.ts';
import { anAgentMessage } from '../an-agent-message.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newId, someone } from '../valid-values.ts';
import { conversationsIn, type InstanceTarget, someInstance } from './conversations.ts';
import type { OpenStore } from './open-store.ts';

export function idempotency({ describe, test }: TestRunner, open: () => OpenStore): void {
  const { store, look } = conversationsIn(open);

  describe('idempotency records', () => {
    /** Posts a message once for each key, as a use case does; answers with its id. */
    const counted = (target: InstanceTarget, key: string, repository = store()) =>
      repository.update({ ...target, agentTypeName: 'x', idempotencyKey: key }, (conversation, record) => {
        if (record !== null) return { output: record.answer, changes: null, record: null };
        const sent = anAgentMessage(target.agentInstanceId, { agentTypeName: 'x', content: 'once' });
        const { output, changes } = postAgentMessage(conversation, sent);
        const answer = output.message.id;
        return { output: answer, changes, record: { fingerprint: 'f', answer, recordedAt: NOW } };
      });

    test('a record is written with its effect and seen by the next update', async () => {
      const target = someInstance();
      const first = await counted(target, 'k');
      assert.equal(await counted(target, 'k'), first);
      assert.equal((await look(target)).instance?.lastPosition, 1);
    });

    test('a decision that changes nothing may be recorded', async () => {
      const target = someInstance();
      const record = { fingerprint: 'f', answer: '{"a":"\u{1F600}"}', recordedAt: NOW };
      await store().update({ ...target, idempotencyKey: 'empty' }, () => ({
        output: 0,
        changes: null,
        record,
      }));
      assert.deepEqual((await look(target, { idempotencyKey: 'empty' })).record, record);
      assert.equal((await look(target)).instance, null);
    });

    test("another user's same key is independent", async () => {
      const [one, two] = [someInstance(), someInstance()];
      assert.notEqual(await counted(one, 'same'), await counted(two, 'same'));
    });

    for (const [what, instanceEach] of [
      ['one instance', false],
      ['an instance each', true],
    ] as const) {
      test(`20 concurrent repeats on ${what} have one effect`, async () => {
        const userId = someone();
        const shared = newId<AgentInstanceId>();
        const targets = Array.from({ length: 20 }, () => ({
          userId,
          agentInstanceId: instanceEach ? newId<AgentInstanceId>() : shared,
        }));
        const answers = await Promise.all(
          targets.map((target, nth) => counted(target, 'dup', open().repositories[nth % 2 === 0 ? 0 : 1])),
        );
        assert.equal(new Set(answers).size, 1);
        const positions = await Promise.all(
          [...new Set(targets)].map(async (target) => (await look(target)).instance?.lastPosition ?? 0),
        );
        assert.equal(instanceEach ? positions.reduce((a, b) => a + b) : positions[0], 1);
      });
    }

    test('old records are forgotten, young ones stay', async () => {
      const target = someInstance();
      const keep = async (key: string, recordedAt: Date) =>
        store().update({ ...target, idempotencyKey: key }, () => ({
          output: 0,
          changes: null,
          record: { fingerprint: 'f', answer: '{}', recordedAt },
        }));
      await keep('old', new Date(NOW.getTime() - 1));
      await keep('young', NOW);
      assert.ok((await store().forgetRecords(NOW)) >= 1);
      assert.equal((await look(target, { idempotencyKey: 'old' })).record, null);
      assert.notEqual((await look(target, { idempotencyKey: 'young' })).record, null);
    });
  });
}
