import assert from 'node:assert/strict';
import type { Notice } from '../../ports/notifier.ts';
import type { TestRunner } from '../test-runner.ts';
import type { Arrival, OpenNotifierIn } from './open-notifier.ts';
import { assertPlain, notifierTest, type OpenedNotifier } from './opened-notifier.ts';
import { NOTICES, questionNotice, severalNotices, testNotice, testOption } from './test-notices.ts';

/** A terminal would obey the first, and the others show another text than the real one. */
const HOSTILE = '\u001B[31m\u0000\u0007\u202E\u2066\u200F\uFEFF\u{E0041}\u2028';

/** What is longest in UTF-8, and what is longest in JSON, HTML and quoted-printable. */
const LONG_CHARACTERS = ['漢', '😀', '"', '\n', '<', 'é'];

export function deliveries(runner: TestRunner, open: OpenNotifierIn): void {
  const test = notifierTest(runner, open);

  const arrivalOf = async ({ deliver, arrivals }: OpenedNotifier, notice: Notice): Promise<Arrival> => {
    await deliver(notice);
    const [arrival, ...others] = await arrivals();
    assert.ok(arrival !== undefined, 'Nothing has arrived');
    assert.deepEqual(others, []);
    return arrival;
  };

  runner.describe('deliveries', () => {
    for (const [name, newNotice] of Object.entries(NOTICES)) {
      test(
        `${name} arrives with its texts, its link, and all of its options or none`,
        'works',
        async (opened) => {
          const notice = newNotice();
          const arrival = await arrivalOf(opened, notice);
          for (const text of [notice.title, ...notice.text.split('\n')])
            assert.ok(arrival.text.includes(text), `${text} is not in: ${arrival.text}`);
          assert.equal(arrival.url, notice.url);
          const labels = notice.question?.options.map(({ label }) => label) ?? [];
          // Some channels have few buttons. With some of the options, people would not look for the others.
          if (arrival.answers.length > 0) assert.deepEqual(arrival.answers, labels);
          else assert.ok(labels.length !== 1, 'The only option cannot be tapped');
          const defaultAnswer = notice.question?.deadline?.defaultAnswer;
          if (defaultAnswer != null) assert.ok(arrival.text.includes(defaultAnswer));
        },
      );
    }

    test('several notices arrive as one, if the channel joins notices', 'works', async (opened) => {
      if (!opened.notifier.joinsNotices) return;
      const notice = severalNotices();
      const arrival = await arrivalOf(opened, notice);
      assert.ok(arrival.text.includes(notice.title));
      assert.deepEqual([arrival.url, arrival.answers], [notice.url, []]);
    });

    test('control characters and those that turn text around never arrive', 'works', async (opened) => {
      const notice = questionNotice({ options: [testOption(`Yes${HOSTILE}`), testOption('No')] });
      const { title, text } = notice;
      const agent = { ...notice.agent!, name: `N${HOSTILE}`, type: `T${HOSTILE}` };
      const hostile = { ...notice, agent, title: `${title}${HOSTILE}`, text: `${text}\n${HOSTILE} end` };
      const arrival = await arrivalOf(opened, hostile);
      assertPlain([arrival.text, ...arrival.answers].join('\n'));
      assert.ok(arrival.text.includes('end'));
    });

    test('texts with markup arrive as they are', 'works', async (opened) => {
      const text = '<b>Drop</b> &amp; `table`; *now* [a](https://evil.example) {{x}} %s <!-- --> </p>';
      const arrival = await arrivalOf(opened, { ...questionNotice(), text });
      assert.ok(arrival.text.includes(text), arrival.text);
    });

    for (const character of LONG_CHARACTERS) {
      test(`the longest texts fit: ${JSON.stringify(character)}`, 'works', async (opened) => {
        const fill = (length: number) => character.repeat(Math.floor(length / character.length));
        const line = (length: number) => fill(length).replaceAll('\n', '-');
        const options = Array.from({ length: 3 }, (_, nth) => testOption(`${nth}${line(99)}`));
        const notice = { ...questionNotice({ options }), title: line(120), text: `Begin ${fill(1994)}` };
        const arrival = await arrivalOf(opened, notice);
        assert.ok(arrival.text.includes('Begin'), arrival.text);
        assert.equal(arrival.answers.length === 0 || arrival.answers.length === 3, true);
      });
    }

    test('a repetition is recognisable, and another notice is not taken for one', 'works', async (opened) => {
      const notice = testNotice();
      await opened.deliver(notice);
      await opened.deliver(notice);
      await opened.deliver({ ...notice, id: testNotice().id });
      const [first, second, third] = await opened.arrivals();
      assert.equal(first?.id, second?.id);
      assert.notEqual(first?.id, third?.id);
    });
  });
}
