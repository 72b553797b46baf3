import { describe, expect, test } from 'vitest';
import { PAGE_SIZE } from '../../src/application/live/observers/observed-instance.ts';
import * as useCases from '../../src/application/use-cases/index.ts';
import type { NewScene } from './live-feed.ts';

/** Tests which events a stream sends, and in which order. */
export function testLiveEvents(newScene: NewScene): void {
  describe.each(['instance', 'all'] as const)('a stream of %s', (streamKind) => {
    test('starts with the present: it sends nothing that happened before', async () => {
      const scene = newScene();
      await scene.step('one');
      const sink = await scene.watch(streamKind);
      await scene.step('two');
      await sink.waitForEvent('message two');
      expect(sink.eventTexts().slice(0, 2)).toEqual(['connected', 'message two']);
    });

    test('sends each message once and in order, however many clients write at once', async () => {
      const scene = newScene();
      await scene.step('first');
      const sink = await scene.watch(streamKind);
      const contents = Array.from({ length: 3 * PAGE_SIZE }, (_, nth) => `${nth}`);
      await Promise.all(
        contents.map((content, nth) => (nth % 3 === 0 ? scene.say(content) : scene.step(content))),
      );
      const positions = () =>
        sink.events.flatMap(({ type, data }) =>
          type === 'message' ? [(data as { position: number }).position] : [],
        );
      await expect
        .poll(() => positions().length, { timeout: 20_000 })
        .toBeGreaterThanOrEqual(contents.length);
      expect(positions()).toEqual(contents.map((_, nth) => nth + 2));
    });

    test('sends the answer of a question, and sends a queued message again when the agent has read it', async () => {
      const scene = newScene();
      await scene.step('Which?', { requires_user_input: true });
      const sink = await scene.watch(streamKind);
      const answer = await scene.say('this');
      expect(await sink.waitForEvent('message_update Which?')).toMatchObject({
        agent_instance_id: scene.instance,
        question_status: 'answered',
        answer_id: answer.id,
        agent_waiting: false,
      });
      expect(await sink.waitForEvent('message this')).toMatchObject({ read_at: null, sender_type: 'USER' });
      await scene.step('thanks');
      expect(await sink.waitForEvent('message_update this')).toMatchObject({ read_at: expect.any(String) });
    });

    test('sends a new status, a new name and an end, and nothing when the status stays the same', async () => {
      const scene = newScene();
      await scene.step('one');
      const sink = await scene.watch(streamKind);
      await scene.step('Which?', { requires_user_input: true });
      await sink.waitForEvent('status_update AWAITING_INPUT');
      await scene.run(useCases.renameAgentInstance, { name: 'Ada' });
      await expect
        .poll(() => sink.eventTexts().filter((text) => text.startsWith('status_update')))
        .toHaveLength(2);
      expect(sink.events.at(-1)?.data).toMatchObject({
        name: 'Ada',
        latest_message: 'Which?',
        chat_length: 2,
      });
      await scene.run(useCases.setInstanceStatus, { status: 'COMPLETED' });
      expect(await sink.waitForEvent('status_update COMPLETED')).toMatchObject({
        ended_at: expect.any(String),
      });
      const before = sink.events.length;
      await scene.step('after the end');
      await sink.waitForEvent('message after the end', before);
      expect(sink.eventTexts().slice(before)).toEqual(['message after the end']);
    });

    test('sends a new context, and nothing when a step says the same again', async () => {
      const scene = newScene();
      const context = { branch: 'main', machine: 'anvil' };
      await scene.step('one', { context });
      const sink = await scene.watch(streamKind);
      await scene.step('two', { context });
      await scene.step('three', { context: { branch: 'fix' } });
      expect(await sink.waitForEvent('status_update ACTIVE')).toMatchObject({
        context: { branch: 'fix', machine: 'anvil', model: null },
      });
      const before = sink.events.length;
      await scene.step('four', { context });
      await sink.waitForEvent('message four');
      await sink.waitForEvent('status_update ACTIVE', before);
      await scene.step('five', { context });
      await sink.waitForEvent('message five');
      expect(sink.eventTexts().filter((text) => text.startsWith('status_update'))).toHaveLength(2);
    });

    test('sends a heartbeat without the whole instance', async () => {
      const scene = newScene();
      await scene.step('one');
      const sink = await scene.watch(streamKind);
      await scene.step('two');
      await sink.waitForEvent('message two');
      const { last_heartbeat_at } = await scene.run(useCases.heartbeat, {});
      expect(await sink.waitForEvent('agent_heartbeat')).toEqual({
        agent_instance_id: scene.instance,
        last_heartbeat_at,
      });
    });

    test('sends a deletion, and continues after a restoration', async () => {
      const scene = newScene();
      await scene.step('one');
      const sink = await scene.watch(streamKind);
      await scene.run(useCases.deleteAgentInstance, {});
      await sink.waitForEvent('status_update DELETED');
      await scene.run(useCases.restoreAgentInstance, {});
      await sink.waitForEvent('status_update ACTIVE');
      await scene.step('two');
      await sink.waitForEvent('message two');
    });

    test('sends whether an agent waits for the answer, without an extra read', async () => {
      const scene = newScene();
      await scene.step('one');
      const sink = await scene.watch(streamKind);
      await scene.step('Which?', { requires_user_input: true });
      expect(await sink.waitForEvent('message Which?')).toMatchObject({ agent_waiting: false });
      const { readCount } = scene;
      const agentInstanceId = scene.instance as never;
      const waiting = scene.waits.begin({ userId: scene.userId, agentInstanceId });
      expect(await sink.waitForEvent('message_update Which?')).toMatchObject({ agent_waiting: true });
      const after = sink.events.length;
      waiting[Symbol.dispose]();
      expect(await sink.waitForEvent('message_update Which?', after)).toMatchObject({ agent_waiting: false });
      expect(scene.readCount).toBe(readCount);
    });

    test('sends that an agent has become stale, without an extra read', async () => {
      const scene = newScene({ staleAfterSeconds: 0.3 });
      await scene.step('one');
      const sink = await scene.watch(streamKind);
      await scene.step('two');
      await sink.waitForEvent('message two');
      const { readCount } = scene;
      await sink.waitForEvent('status_update STALE');
      expect(scene.readCount).toBe(readCount);
      await scene.step('three');
      await sink.waitForEvent('status_update ACTIVE');
    });
  });

  describe('a stream of one instance', () => {
    test('sends the git diff', async () => {
      const scene = newScene();
      await scene.step('one');
      const sink = await scene.watch('instance');
      await scene.step('two', { git_diff: 'diff --git a/x b/x' });
      expect(await sink.waitForEvent('git_diff_update')).toEqual({
        agent_instance_id: scene.instance,
        git_diff: 'diff --git a/x b/x',
      });
    });
  });

  describe('a stream of all instances', () => {
    test('sends a new instance before its first message', async () => {
      const scene = newScene();
      const sink = await scene.watch('all');
      await scene.step('hello', { git_diff: 'diff --git a/x b/x' });
      await sink.waitForEvent('git_diff_update');
      expect(sink.eventTexts()).toEqual([
        'connected',
        'status_update ACTIVE',
        'message hello',
        'git_diff_update',
      ]);
    });

    test('sends that the git diff has changed, without the diff', async () => {
      const scene = newScene();
      await scene.step('one');
      const sink = await scene.watch('all');
      await scene.step('two', { git_diff: 'diff --git a/x b/x' });
      expect(await sink.waitForEvent('git_diff_update')).toEqual({ agent_instance_id: scene.instance });
    });

    test('sends nothing of other users', async () => {
      const [scene, other] = [newScene(), newScene()];
      const sink = await scene.watch('all');
      await other.step('theirs');
      await scene.step('mine');
      await sink.waitForEvent('message mine');
      expect(sink.eventTexts()).toEqual(['connected', 'status_update ACTIVE', 'message mine']);
    });
  });
}
