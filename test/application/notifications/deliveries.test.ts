import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeliveryError } from '../../../src/ports/notifier.ts';
import { instanceIdOf, NOW } from '../../support/builders.ts';
import { NotifiedApplication, pass } from './notified-application.ts';

let app: NotifiedApplication;

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  app = new NotifiedApplication();
  await app.start();
});
afterEach(() => {
  app[Symbol.dispose]();
  vi.useRealTimers();
});

const answer = (question_id: string, content = 'yes') =>
  app.call('answerQuestion', { question_id, content, via: 'page' });

describe('what is delivered', () => {
  test('a question reaches each destination once, soon', async () => {
    await app.add();
    await app.add('mail');
    await app.ask({ options: [{ label: 'Yes' }, { label: 'No' }] });
    await pass(3);
    expect(app.phone.notices).toMatchObject([
      {
        event: 'question',
        title: 'codex asks',
        text: 'Deploy?',
        url: `http://page/#/instances/${instanceIdOf(1)}`,
        question: { options: [{ label: 'Yes' }, { label: 'No' }], takesText: true },
      },
    ]);
    expect(app.mail.notices).toHaveLength(1);
    await pass(600);
    expect(await app.statuses()).toEqual(['fake sent', 'mail sent']);
    expect(app.phone.notices).toHaveLength(1);
  });

  test('nothing is kept for a user without a destination', async () => {
    await app.ask();
    await pass(5);
    expect(await app.statuses()).toEqual([]);
    await app.add();
    await pass(5);
    expect(app.phone.notices).toEqual([]);
  });

  test('a step reaches only what its agent demands, and a question does not reach what its agent excludes', async () => {
    await app.add();
    await app.add('mail');
    await app.step();
    await app.step({ content: 'done', send_email: true });
    await app.ask({ send_push: false });
    await pass(3);
    expect(app.phone.notices).toEqual([]);
    expect(app.mail.notices.map(({ event }) => event).toSorted()).toEqual(['question', 'step']);
  });

  test('the end of an agent is told only if a rule says so', async () => {
    const id = await app.add();
    const end = (instance: number) => app.call('endSession', { agent_instance_id: instanceIdOf(instance) });
    await app.step();
    await end(1);
    await pass(3);
    expect(app.phone.notices).toEqual([]);
    await app.setRules({ rules: [{ event: 'ended', destinations: [id], after_seconds: 0 }] });
    await app.step({}, 2);
    await end(2);
    await pass(3);
    expect(app.phone.notices).toMatchObject([{ event: 'ended', title: 'codex has ended', question: null }]);
  });

  test('questions of several agents within a few seconds are one notification, but not where programs read', async () => {
    await app.add();
    await app.add('hook');
    await app.ask({}, 1);
    await pass(1);
    await app.ask({ content: 'Where?', expires_in_seconds: 600, default_answer: 'Here' }, 2);
    await pass(5);
    expect(app.phone.notices).toMatchObject([
      {
        title: '2 questions wait for you',
        text: expect.stringMatching(
          /^• codex asks: Deploy\?\nhttp:\/\/page\/#\/answer\/\S{43}\n• codex asks: Where\? \(until .* UTC, then: Here\)\n/,
        ),
        question: null,
      },
    ]);
    expect(app.hook.notices).toHaveLength(2);
    const tokens = app.phone.notices[0]!.text.match(/(?<=answer\/)\S+/g)!;
    for (const token of tokens) await app.dashboard.inbox!.answer(token, 'Yes');
    expect(await app.call('readAgentSummary', {})).toMatchObject({ awaiting_input_instances: 0 });
  });

  test('an instance that ended again while its first end was sent is told about twice', async () => {
    const id = await app.add('hook');
    await app.setRules({
      group_seconds: 0,
      rules: [{ event: 'ended', destinations: [id], after_seconds: 8 }],
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    app.hook.beforeAccepting = () => promise;
    await app.step();
    await app.call('endSession', { agent_instance_id: instanceIdOf(1) });
    await pass(9);
    await app.call('writeToAgent', { agent_instance_id: instanceIdOf(1), content: 'go on' });
    await app.step();
    await app.call('endSession', { agent_instance_id: instanceIdOf(1), failure: 'no disk' });
    app.hook.beforeAccepting = () => {};
    resolve();
    await pass(1);
    expect(await app.statuses()).toEqual(['hook queued']);
    await pass(10);
    expect(app.hook.notices.map(({ event }) => event)).toEqual(['ended', 'failed']);
    expect(await app.statuses()).toEqual(['hook sent']);
  });

  test('a question keeps its buttons if a step comes with it', async () => {
    await app.add();
    await app.ask({ options: [{ label: 'Yes' }] });
    await app.step({ content: 'done', send_push: true });
    await pass(5);
    expect(app.phone.notices.map(({ event }) => event).toSorted()).toEqual(['question', 'step']);
  });

  test('of many questions as many are told as fit, each whole, and how many more there are', async () => {
    await app.add();
    for (let nth = 1; nth <= 12; nth += 1) await app.ask({ content: `${'x'.repeat(300)}?` }, nth);
    await pass(5);
    const lines = app.phone.notices[0]!.text.split('\n');
    expect(lines.at(-1)).toMatch(/^… and \d+ more$/);
    expect(lines.at(-2)).toMatch(/\/#\/answer\/\S{43}$/);
    expect(app.phone.notices[0]!.text.length).toBeLessThanOrEqual(2_000);
  });

  test('questions that come at once are each one of their own if the person wants that', async () => {
    await app.add();
    await app.setRules({ group_seconds: 0 });
    await Promise.all([1, 2, 3].map((nth) => app.ask({}, nth)));
    await pass(1);
    expect(app.phone.notices.map(({ event }) => event)).toEqual(['question', 'question', 'question']);
  });
});

describe('when it is delivered', () => {
  test('after the delay of the rule, and not at all if it is answered before', async () => {
    const [phone, mail] = [await app.add(), await app.add('mail')];
    await app.setRules({
      rules: [
        { event: 'question', destinations: [phone], after_seconds: 0 },
        { event: 'question', destinations: [mail], after_seconds: 300 },
      ],
    });
    const first = await app.ask();
    await pass(290);
    await answer(first);
    await pass(60);
    expect(app.mail.notices).toEqual([]);
    await app.ask({ content: 'Again?' });
    await pass(310);
    expect(app.mail.notices).toHaveLength(1);
    expect(await app.statuses()).toEqual(['fake sent', 'mail sent', 'fake withdrawn', 'mail withdrawn']);
  });

  test('at the end of quiet hours as one digest, but urgent ones at once if the person wants', async () => {
    await app.add();
    const quiet = { time_zone: 'UTC', from: '09:00', to: '11:00', days: [0, 1, 2, 3, 4, 5, 6] };
    await app.setRules({ quiet_hours: { ...quiet, urgent_passes: true } });
    await app.ask({}, 1);
    await app.ask({}, 2);
    await app.ask({ content: 'Soon?', expires_in_seconds: 600 }, 3);
    await pass(3);
    expect(app.phone.notices).toMatchObject([{ text: 'Soon?' }]);
    await pass(3_600);
    expect(app.phone.notices.slice(1)).toMatchObject([
      { event: 'several', title: '2 questions wait for you' },
    ]);
  });

  test('at once when the person turns quiet hours off', async () => {
    await app.add();
    const quiet = { time_zone: 'UTC', from: '09:00', to: '11:00', days: [0, 1, 2, 3, 4, 5, 6] };
    await app.setRules({ quiet_hours: { ...quiet, urgent_passes: true } });
    await app.ask();
    await pass(60);
    await app.setRules({ group_seconds: 3 });
    await pass(60);
    expect(app.phone.notices).toEqual([]);
    await app.setRules({ quiet_hours: null });
    await pass(1);
    expect(app.phone.notices).toHaveLength(1);
  });

  test('at once when a destination works again, however long it was to wait for the next attempt', async () => {
    const id = await app.add();
    for (let nth = 0; nth < 5; nth += 1) app.phone.failures.push(new DeliveryError('no network'));
    await app.ask();
    await pass(120);
    expect(app.phone.notices).toEqual([]);
    await app.call('testNotificationDestination', { destination_id: id });
    await pass(2);
    expect(app.phone.notices.map(({ event }) => event)).toEqual(['test', 'question']);
  });

  test('not while the person looks at the page', async () => {
    await app.add();
    await app.call('noteActive', {});
    await app.ask();
    await pass(50);
    expect(app.phone.notices).toEqual([]);
    await pass(20);
    expect(app.phone.notices).toHaveLength(1);
  });

  test('again after a failure, later each time, and the destination is shown as failing until it works', async () => {
    await app.add();
    app.phone.failures.push(new DeliveryError('busy'), new Error('bug'), new DeliveryError('busy'));
    await app.ask();
    await pass(3);
    expect(await app.call('listNotificationDestinations', {})).toMatchObject({
      destinations: [{ failing_since: expect.any(String), last_error: 'busy' }],
    });
    await pass(60);
    expect(app.phone.notices).toHaveLength(1);
    expect(await app.call('listNotificationDestinations', {})).toMatchObject({
      destinations: [{ failing_since: null, last_error: null }],
    });
  });

  test('not again after a final failure', async () => {
    await app.add();
    app.phone.failures.push(new DeliveryError('no such topic', { isFinal: true }));
    await app.ask();
    await pass(3_600);
    expect(app.phone.notices).toEqual([]);
    expect(await app.call('listNotifications', {})).toMatchObject({
      notifications: [{ deliveries: [{ status: 'failed', error: 'no such topic', attempts: 1 }] }],
    });
  });

  test('not before the channel says so', async () => {
    await app.add();
    app.phone.failures.push(new DeliveryError('slow down', { retryAfterMs: 120_000 }));
    await app.ask();
    await pass(115);
    expect(app.phone.notices).toEqual([]);
    await pass(10);
    expect(app.phone.notices).toHaveLength(1);
  });
});

describe('a channel that ignores its signal and never ends', () => {
  const never = () => new Promise<void>(() => {});

  test('is given up, and the delivery tried again', async () => {
    await app.add();
    app.phone.beforeAccepting = never;
    await app.ask();
    await pass(38);
    expect(await app.call('listNotifications', {})).toMatchObject({
      notifications: [{ deliveries: [{ status: 'queued', error: 'It took too long' }] }],
    });
    app.phone.beforeAccepting = () => {};
    await pass(60);
    expect(await app.statuses()).toEqual(['fake sent']);
  });

  test('is given up when it takes back a delivery', async () => {
    await app.add();
    const question = await app.ask();
    await pass(3);
    app.phone.beforeRecalling = never;
    await answer(question);
    await pass(20);
    app.phone.beforeRecalling = () => {};
    await pass(30);
    expect(app.phone.recalled).toHaveLength(1);
  });
});

describe('what is over', () => {
  test('is taken back everywhere, with what became of it', async () => {
    await app.add();
    await app.add('mail');
    const question = await app.ask();
    await pass(3);
    await answer(question);
    await pass(1);
    expect(app.phone.recalled).toMatchObject([{ recall: { outcome: 'Answered on the page: yes' } }]);
    expect(app.mail.recalled).toHaveLength(1);
    expect(await app.statuses()).toEqual(['fake withdrawn', 'mail withdrawn']);
    await pass(3_600);
    expect(app.phone.recalled).toHaveLength(1);
  });

  test('is taken back also if the question ends while it is sent', async () => {
    await app.add();
    const question = await app.ask();
    const { promise, resolve } = Promise.withResolvers<void>();
    app.phone.beforeAccepting = () => promise;
    await pass(3);
    await answer(question);
    await pass(1);
    resolve();
    await pass(1);
    expect(app.phone.recalled).toHaveLength(1);
  });

  test('what was sent as one is taken back when the last question of it has ended', async () => {
    await app.add();
    const questions = [await app.ask({}, 1), await app.ask({ content: 'Where?' }, 2)];
    await pass(3);
    expect(app.phone.notices).toMatchObject([{ event: 'several' }]);
    await answer(questions[0]!);
    await pass(1);
    expect(app.phone.recalled).toEqual([]);
    await answer(questions[1]!);
    await pass(1);
    expect(app.phone.recalled).toHaveLength(1);
  });

  test('what is about a deleted instance is not delivered, and taken back at the next change', async () => {
    await app.add();
    await app.ask();
    await pass(1);
    await app.call('deleteAgentInstance', { agent_instance_id: instanceIdOf(1) });
    await pass(10);
    expect(app.phone.notices).toEqual([]);
    expect(await app.statuses()).toEqual(['fake withdrawn']);
  });

  test('taking back is tried again after a failure', async () => {
    await app.add();
    const question = await app.ask();
    await pass(3);
    app.phone.failures.push(new DeliveryError('busy'));
    await answer(question);
    await pass(10);
    expect(app.phone.recalled).toHaveLength(1);
  });
});

describe('a destination', () => {
  test('that is removed gets nothing any more', async () => {
    const id = await app.add();
    await app.ask();
    await pass(1);
    await app.call('removeNotificationDestination', { destination_id: id });
    await pass(10);
    expect(app.phone.notices).toEqual([]);
    expect(await app.statuses()).toEqual(['fake withdrawn']);
  });

  test('is tested by a button, and shows when it was tapped', async () => {
    const id = await app.add();
    await app.call('testNotificationDestination', { destination_id: id });
    await pass(1);
    const [notice] = app.phone.notices;
    expect(notice).toMatchObject({ event: 'test', question: { options: [{ label: 'I see it' }] } });
    await pass(5);
    await app.dashboard.answerLinks!.answer(notice!.question!.options[0]!.token, null);
    expect(await app.call('listNotificationDestinations', {})).toMatchObject({
      destinations: [{ verified_at: '2026-01-01T10:00:06.000Z' }],
    });
    expect(await app.statuses()).toEqual(['fake opened']);
  });

  test('has settings that are stored encrypted, and never returned', async () => {
    const settings = { address: 'here', secret: 'hunter2' };
    await app.call('addNotificationDestination', { channel: 'fake', settings });
    const stored = await app.store.notifications.readSettings('ada' as never);
    expect(JSON.stringify([stored, await app.call('listNotificationDestinations', {})])).not.toContain(
      'hunter2',
    );
    await app.ask();
    await pass(3);
    expect(app.phone.delivered[0]!.settings).toEqual(settings);
  });

  test('has a name of one line, without characters that hide or turn text', async () => {
    const settings = { address: 'here' };
    const name = 'Ada\u202Eenohp\r\nof\u0007 work 👩‍💻';
    const added = await app.call('addNotificationDestination', { channel: 'fake', settings, name });
    expect(added).toMatchObject({ name: 'Ada�enohp of� work 👩‍💻' });
    const change = { destination_id: added.id, name: '\u2066phone' };
    expect(await app.call('changeNotificationDestination', change)).toMatchObject({ name: '�phone' });
    expect(await app.call('listNotificationDestinations', {})).toMatchObject({
      destinations: [{ name: '�phone' }],
    });
  });

  test.each([
    [{ address: 'nowhere' }, 'settings There is no such address'],
    [{}, 'settings.address is required'],
    [{ address: 'here', colour: 'red' }, 'settings.colour is not a field of the form'],
  ])('with settings that do not fit is refused: %j', async (settings, message) => {
    const adding = app.call('addNotificationDestination', { channel: 'fake', settings });
    await expect(adding).rejects.toMatchObject({ code: 'settings_do_not_fit', message });
  });

  test('of an unknown channel is refused', async () => {
    await expect(app.add('pigeon')).rejects.toMatchObject({ code: 'channel_not_found' });
  });

  test('cannot be added without end', async () => {
    for (let nth = 0; nth < 20; nth += 1) await app.add();
    await expect(app.add()).rejects.toMatchObject({ code: 'too_many_destinations' });
  });
});
