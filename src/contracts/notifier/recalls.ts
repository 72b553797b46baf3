import assert from 'node:assert/strict';
import type { TestRunner } from '../test-runner.ts';
import type { OpenNotifierIn } from './open-notifier.ts';
import { assertPlain, deliveryErrorOf, neverAborted, notifierTest } from './opened-notifier.ts';
import { NOTICES, questionNotice, testOption, testRecall } from './test-notices.ts';

export function recalls(runner: TestRunner, open: OpenNotifierIn): void {
  const test = notifierTest(runner, open);

  runner.describe('recalls', () => {
    test(
      'a notice that is taken back is away, or says what became of it; safe to run twice',
      'works',
      async ({ notifier, settings, deliver, arrivals }) => {
        const notice = questionNotice({ options: [testOption('8080'), testOption('8081')] });
        const receipt = await deliver(notice);
        if (receipt === null) return;
        assert.ok(notifier.recall !== undefined, 'A receipt is of no use without recall');
        const before = (await arrivals()).length;
        const recall = testRecall(notice.id);
        await notifier.recall(settings, receipt, recall, neverAborted());
        await notifier.recall(settings, receipt, recall, neverAborted());
        const changes = (await arrivals()).slice(before);
        assert.ok(changes.length > 0, 'Nothing has changed');
        for (const { id, text, answers } of changes) {
          assert.equal(id, changes[0]!.id, 'The second recall looks like another one');
          assert.deepEqual(answers, []);
          if (text !== '') assert.ok(text.includes(recall.outcome), text);
        }
      },
    );

    test('each receipt can be stored: it is a JSON object, or null', 'works', async ({ deliver }) => {
      for (const newNotice of Object.values(NOTICES)) {
        const receipt = await deliver(newNotice());
        assert.ok(receipt === null || (typeof receipt === 'object' && !Array.isArray(receipt)));
      }
    });

    test(
      'control characters do not arrive by a recall',
      'works',
      async ({ notifier, settings, deliver, arrivals }) => {
        const notice = questionNotice();
        const receipt = await deliver(notice);
        if (receipt === null || notifier.recall === undefined) return;
        const outcome = 'Answered by e-mail: \u202E8081\u0007';
        await notifier.recall(settings, receipt, { ...testRecall(notice.id), outcome }, neverAborted());
        const texts = (await arrivals()).map(({ text }) => text).join('\n');
        assertPlain(texts);
      },
    );

    test('nothing is taken back after the signal has aborted', 'works', async (opened) => {
      const { notifier, settings, deliver, arrivals } = opened;
      const notice = questionNotice();
      const receipt = await deliver(notice);
      if (receipt === null || notifier.recall === undefined) return;
      const before = (await arrivals()).length;
      const attempt = notifier.recall(settings, receipt, testRecall(notice.id), AbortSignal.abort());
      const error = await deliveryErrorOf(opened, attempt);
      assert.equal(error.isFinal, false);
      assert.equal((await arrivals()).length, before);
    });
  });
}
