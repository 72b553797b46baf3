import { describe, expect, test } from 'vitest';
import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import * as useCases from '../../src/application/use-cases/index.ts';
import type { AgentInstanceId } from '../../src/domain/ids.ts';
import { refusal } from '../application/in-memory-application.ts';
import { aCaller } from '../support/builders.ts';
import { RecordingSink } from '../support/recording/recording-sink.ts';
import type { NewScene } from './live-feed.ts';

/** Tests who may open a stream, and when it ends. */
export function testLiveFeedAccess(newScene: NewScene): void {
  describe.each(['instance', 'all'] as const)('a stream of %s', (streamKind) => {
    test('ends when the token that opened it ends', async () => {
      const scene = newScene();
      await scene.step('one');
      const endCallbacks: (() => void)[] = [];
      const life = {
        hasEnded: false,
        onEnd: (end: () => void) => {
          endCallbacks.push(end);
          return { close: () => endCallbacks.splice(0) };
        },
      };
      scene.person = { ...scene.person, life };
      const sink = await scene.watch(streamKind);
      endCallbacks[0]?.();
      await sink.whenClosed;
      await expect.poll(() => endCallbacks).toEqual([]);
    });

    test('ends when the process is about to stop', async () => {
      const scene = newScene();
      await scene.step('one');
      const sink = await scene.watch(streamKind);
      scene.stopping.abort();
      await sink.whenClosed;
      const lateSink = new RecordingSink();
      void scene.watch(streamKind, null, lateSink);
      await lateSink.whenClosed;
    });

    test('needs the scope dashboard', async () => {
      const scene = newScene();
      await scene.step('one');
      const request = { caller: aCaller({ userId: scene.userId }), lastEventId: null };
      const opened =
        streamKind === 'all'
          ? scene.feed.openUserStream(request)
          : scene.feed.openInstanceStream({ ...request, agentInstanceId: scene.instance });
      expect((await refusal(opened)).code).toBe('insufficient_scope');
    });

    // The server issues no such keys, but the token verifier of an embedding application may.
    test('is refused to a key that is bound to another instance', async () => {
      const scene = newScene();
      await scene.step('one');
      scene.person = { ...scene.person, agentInstanceId: uuidV7.next() as AgentInstanceId };
      const { code } = await refusal(scene.watch(streamKind));
      expect(code).toBe('insufficient_scope');
    });
  });

  test('a key that is bound to an instance can open the stream of that instance only', async () => {
    const scene = newScene();
    await scene.step('one');
    scene.person = { ...scene.person, agentInstanceId: scene.instance as AgentInstanceId };
    expect((await refusal(scene.watch('all'))).code).toBe('insufficient_scope');
    const sink = await scene.watch('instance');
    await scene.step('two');
    await sink.waitForEvent('message two');
  });

  describe('a stream of one instance', () => {
    test('is not found for another user’s, a deleted and an unknown instance', async () => {
      const [scene, other] = [newScene(), newScene()];
      await other.step('theirs');
      await scene.step('mine');
      await scene.run(useCases.deleteAgentInstance, {});
      for (const agentInstanceId of [other.instance, scene.instance, uuidV7.next()]) {
        for (const lastEventId of [null, '0.0']) {
          const opened = scene.feed.openInstanceStream({
            caller: scene.person,
            agentInstanceId,
            lastEventId,
          });
          expect((await refusal(opened)).code).toBe('agent_instance_not_found');
        }
      }
    });
  });
}
