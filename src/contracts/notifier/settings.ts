import assert from 'node:assert/strict';
import { checkFormAnswer } from '../../domain/question/form-check.ts';
import type { TestRunner } from '../test-runner.ts';
import type { OpenNotifierIn } from './open-notifier.ts';
import { assertTellsNoSecret, notifierTest } from './opened-notifier.ts';

/** What the API shows of a channel. */
const CHANNEL = /^[a-z][a-z0-9-]{1,30}$/;

export function settings(runner: TestRunner, open: OpenNotifierIn): void {
  const test = notifierTest(runner, open);

  runner.describe('settings', () => {
    test('the channel says what it is and what to fill in', 'works', async ({ notifier }) => {
      assert.match(notifier.channel, CHANNEL);
      assert.ok(notifier.title.length > 0);
      assert.match(notifier.hint, /^\P{C}{10,300}$/u);
      const { properties, required = [] } = notifier.settings;
      for (const name of [...required, ...notifier.secretFields])
        assert.ok(Object.hasOwn(properties, name), `There is no field ${name}`);
    });

    test(
      'settings are checked by the form: a missing field, a wrong type, an unknown field',
      'works',
      async (opened) => {
        const { settings: form } = opened.notifier;
        const isFit = (given: unknown) => 'answer' in checkFormAnswer(form, given);
        assert.equal(isFit(opened.settings), true);
        for (const name of form.required ?? []) {
          const { [name]: _, ...others } = opened.settings;
          assert.equal(isFit(others), false, `Without ${name}`);
        }
        for (const name of Object.keys(form.properties))
          assert.equal(isFit({ ...opened.settings, [name]: { is: 'no text' } }), false, name);
        assert.equal(isFit({ ...opened.settings, unknown_field: 'x' }), false);
      },
    );

    test('the address is one line that shows no secret', 'works', async ({ notifier, settings: given }) => {
      const address = notifier.addressOf(given);
      assert.match(address, /^\P{C}{1,300}$/u);
      assertTellsNoSecret(address, notifier.secretFields, given);
      assert.equal(notifier.addressOf(given), address);
    });
  });
}
