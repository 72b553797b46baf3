import { describe, expect, test } from 'vitest';
import { PAGE_SIZE } from '../../src/application/live/observers/observed-instance.ts';
import { refusal } from '../application/in-memory-application.ts';
import { RecordingSink } from '../support/recording/recording-sink.ts';
import type { NewScene } from './live-feed.ts';

/** Tests how a stream resumes after the last event that its client received. */
export function testLiveFeedResume(newScene: NewScene): void {
  describe.each(['instance', 'all'] as const)('a stream of %s', (streamKind) => {
    test('resumes without a gap and without a repeat', async () => {
      const scene = newScene();
      await scene.step('one');
      const first = await scene.watch(streamKind);
      await scene.step('two');
      await first.waitForEvent('message two');
      first.close();
      const missed = Array.from({ length: PAGE_SIZE + 3 }, (_, nth) => `missed ${nth}`);
      for (const content of missed) await scene.step(content);
      const second = await scene.watch(streamKind, first.lastId);
      await scene.step('last');
      await second.waitForEvent('message last');
      expect(second.eventTexts().filter((text) => text.startsWith('message '))).toEqual(
        [...missed, 'last'].map((content) => `message ${content}`),
      );
      expect(second.eventTexts()[0]).toBe('connected');
      expect(second.events[0]?.id).toBe(first.lastId);
    });

    test('can be cut after any event and resumes with the next message', async () => {
      const scene = newScene();
      await scene.step('one');
      const uncutSink = await scene.watch(streamKind);
      for (const content of ['a', 'b', 'c']) await scene.step(content, { requires_user_input: true });
      await scene.say('d');
      await uncutSink.waitForEvent('message d');
      const messages = (sink: RecordingSink) =>
        sink.eventTexts().filter((text) => text.startsWith('message '));
      for (const [nth, { id }] of uncutSink.events.entries()) {
        const receivedBefore = uncutSink
          .eventTexts()
          .slice(0, nth + 1)
          .filter((text) => text.startsWith('message '));
        const resumedSink = await scene.watch(streamKind, id);
        if (receivedBefore.length < messages(uncutSink).length) await resumedSink.waitForEvent('message d');
        expect([...receivedBefore, ...messages(resumedSink)]).toEqual(messages(uncutSink));
        resumedSink.close();
      }
    });
  });

  describe('a stream of one instance', () => {
    test('ends its replay with the current state when it is resumed', async () => {
      const scene = newScene();
      await scene.step('Which?', { requires_user_input: true });
      const first = await scene.watch('instance');
      first.close();
      const second = await scene.watch('instance', first.lastId);
      await second.waitForEvent('status_update AWAITING_INPUT');
      expect(second.eventTexts()).toEqual([
        'connected',
        'message_update Which?',
        'status_update AWAITING_INPUT',
      ]);
      expect(second.events.map(({ id }) => id)).toEqual(Array(3).fill(first.lastId));
    });

    test('sends resync and the status when the last event id is ahead of the conversation', async () => {
      const scene = newScene();
      await scene.step('one');
      const sink = await scene.watch('instance', '17.4');
      await sink.waitForEvent('status_update ACTIVE');
      expect(sink.eventTexts()).toEqual(['connected', 'resync', 'status_update ACTIVE']);
      expect(sink.events[0]?.id).toBe('1.1');
    });

    test('refuses only a last event id in a wrong format', async () => {
      const scene = newScene();
      await scene.step('one');
      for (const lastEventId of [
        'x',
        '1',
        '1.',
        '-1.1',
        '1.1.1',
        ' 1.1',
        '99999999999.1',
        '0123456789abcdef.3',
      ]) {
        const opened = scene.watch('instance', lastEventId);
        expect((await refusal(opened)).code).toBe('invalid_last_event_id');
      }
      await scene.watch('instance', '9999999999.9999999999');
    });

    test('waits for a slow client during the replay, and loses none of the events of that time', async () => {
      const scene = newScene();
      await scene.step('one');
      for (let nth = 0; nth < 5; nth += 1) await scene.step(`missed ${nth}`);
      const sink = new RecordingSink();
      sink.stall();
      await scene.watch('instance', '1.1', sink);
      await scene.step('meanwhile');
      expect(sink.eventTexts()).not.toContain('message meanwhile');
      sink.resume();
      await sink.waitForEvent('message meanwhile');
      await scene.step('afterwards');
      await sink.waitForEvent('message afterwards');
      expect(sink.eventTexts().filter((text) => text.startsWith('message '))).toEqual([
        ...[0, 1, 2, 3, 4].map((nth) => `message missed ${nth}`),
        'message meanwhile',
        'message afterwards',
      ]);
    });
  });

  describe('a stream of all instances', () => {
    test('sends resync when it cannot know which events were missed', async () => {
      const [scene, restartedScene] = [newScene(), newScene()];
      const first = await scene.watch('all');
      first.close();
      const sinkAfterRestart = await restartedScene.watch('all', first.lastId);
      await sinkAfterRestart.waitForEvent('resync');
      expect(sinkAfterRestart.eventTexts()).toEqual(['connected', 'resync']);
      expect(sinkAfterRestart.events[0]?.id).not.toBe(first.lastId);
      const sinkAhead = await scene.watch('all', first.lastId.replace(/\d+$/, '99'));
      await sinkAhead.waitForEvent('resync');
    });

    test('sends resync when more events were missed than the server keeps', async () => {
      const scene = newScene();
      await scene.step('one');
      const first = await scene.watch('all');
      const largeText = 'x'.repeat(400_000);
      for (const nth of [1, 2, 3]) {
        await scene.step(`${nth}${largeText}`);
        await first.waitForEvent(`message ${nth}${largeText}`);
      }
      const second = await scene.watch('all', first.events[0]!.id);
      await second.waitForEvent('resync');
      expect(second.eventTexts()).toEqual(['connected', 'resync']);
      const third = await scene.watch('all', second.lastId);
      await scene.step('on');
      await third.waitForEvent('message on');
      expect(third.eventTexts()).toEqual(['connected', 'message on']);
    });

    test('refuses only a last event id in a wrong format', async () => {
      const scene = newScene();
      for (const lastEventId of [
        'x',
        '5.7',
        '0123456789abcdef',
        '0123456789ABCDEF.1',
        '0123456789abcdef.-1',
      ]) {
        expect((await refusal(scene.watch('all', lastEventId))).code).toBe('invalid_last_event_id');
      }
    });
  });
}
