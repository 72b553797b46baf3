import { describe, expect, test } from 'vitest';
import * as useCases from '../../src/application/use-cases/index.ts';
import type { NewScene } from './live-feed.ts';

/** Tests how often the streams read from the store. */
export function testLiveFeedReads(newScene: NewScene): void {
  describe.each(['instance', 'all'] as const)('a stream of %s', (streamKind) => {
    test('reads once per change, however many streams there are', async () => {
      const readsFor = async (streams: number) => {
        const scene = newScene();
        await scene.step('one');
        const sinks = await Promise.all(Array.from({ length: streams }, () => scene.watch(streamKind)));
        await scene.step('two');
        await Promise.all(sinks.map((sink) => sink.waitForEvent('message two')));
        const before = scene.readCount;
        for (const content of ['three', 'four']) {
          await scene.step(content);
          await Promise.all(sinks.map((sink) => sink.waitForEvent(`message ${content}`)));
        }
        await scene.run(useCases.heartbeat, {});
        await Promise.all(sinks.map((sink) => sink.waitForEvent('agent_heartbeat')));
        expect(new Set(sinks.map(({ events }) => events.at(-1))).size).toBe(1);
        return scene.readCount - before;
      };
      expect(await readsFor(1)).toBe(3);
      expect(await readsFor(25)).toBe(3);
    });

    test('reads again after a failed read', async () => {
      const scene = newScene();
      await scene.step('one');
      const sink = await scene.watch(streamKind);
      scene.failingReads = 1;
      await scene.step('two');
      await sink.waitForEvent('message two');
    });
  });

  describe('a stream of all instances', () => {
    test('reads what happened while it started, so that an active agent does not become stale', async () => {
      const scene = newScene();
      await scene.step('one');
      scene.afterFirstRead = () => scene.step('two');
      await scene.watch('all');
      await expect.poll(() => scene.readCount).toBe(1);
    });

    test('shares its reads with streams of single instances, and neither loses an event', async () => {
      const scene = newScene();
      await scene.step('one');
      const single = await scene.watch('instance');
      const all = await scene.watch('all');
      const another = await scene.watch('instance');
      await scene.step('two');
      await Promise.all([single, all, another].map((sink) => sink.waitForEvent('message two')));
      const { readCount } = scene;
      await scene.step('three');
      await Promise.all([single, all, another].map((sink) => sink.waitForEvent('message three')));
      expect(scene.readCount).toBe(readCount + 1);
      single.close();
      another.close();
      await scene.step('four');
      await all.waitForEvent('message four');
    });
  });
}
