import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { endSession } from '../../../../src/application/use-cases/agent/end-session.ts';
import { heartbeat } from '../../../../src/application/use-cases/agent/heartbeat.ts';
import { withdrawQuestion } from '../../../../src/application/use-cases/agent/question/withdraw-question.ts';
import { readPendingMessages } from '../../../../src/application/use-cases/agent/read-pending-messages.ts';
import { instanceIdOf, messageIdOf, userIdOf } from '../../../support/builders.ts';
import { InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

const INSTANCE = { agent_instance_id: instanceIdOf(1) };
const EMPTY = {
  ...INSTANCE,
  messages: [],
  more: false,
  status: 'ok',
  already_read: [],
  outcomes: [],
  stop_requested: null,
  instance_status: 'ACTIVE',
};

let application: InMemoryApplication;
/** The first message. The reader believes that it is the last one. */
let cursor: string;

beforeEach(async () => {
  vi.useFakeTimers();
  application = new InMemoryApplication();
  cursor = (await application.step()).message_id;
});

afterEach(() => {
  expect(application.signals.size, 'no subscription is left behind').toBe(0);
  expect([...application.waits.all()], 'no wait is left open').toEqual([]);
  expect(vi.getTimerCount(), 'no timer is left behind').toBe(0);
  vi.useRealTimers();
});

type Options = Parameters<InMemoryApplication['call']>[2];

/** Starts a waiting read, and records its result. */
async function wait(input: object = {}, options: Options = {}) {
  const raw = { ...INSTANCE, last_read_message_id: cursor, wait: 60, ...input };
  const answer = application.call(readPendingMessages, raw, options);
  let settled = false;
  const settle = () => {
    settled = true;
  };
  answer.then(settle, settle);
  await vi.advanceTimersByTimeAsync(0);
  return { answer, isOver: () => settled };
}

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

describe('a read that waits', () => {
  test('ends when the question that it names is withdrawn', async () => {
    const { message_id: question_id } = await application.step({ requires_user_input: true });
    const reader = await wait({ last_read_message_id: question_id, question_id });
    expect(reader.isOver()).toBe(false);
    await application.call(withdrawQuestion, { question_id });
    await pass(0);
    expect(await reader.answer).toMatchObject({
      messages: [],
      outcomes: [{ question_id, status: 'withdrawn' }],
    });
  });

  test('ends when the user writes, and hands the message over', async () => {
    const reader = await wait();
    await pass(59);
    expect(reader.isOver()).toBe(false);
    await application.queue('hm');
    await pass(0);
    expect(reader.isOver()).toBe(true);
    expect(await reader.answer).toMatchObject({ messages: [{ content: 'hm' }], status: 'ok' });
    expect((await application.step()).queued_user_messages).toEqual([]);
  });

  test('without an id ends too, but only shows the message', async () => {
    const reader = await wait({ last_read_message_id: null });
    await application.queue('hm');
    expect(await reader.answer).toMatchObject({ messages: [{ content: 'hm' }] });
    expect((await application.step()).queued_user_messages).toHaveLength(1);
  });

  test('returns at once if something is queued already', async () => {
    await application.queue('hm');
    const reader = await wait();
    expect(reader.isOver()).toBe(true);
    expect(await reader.answer).toMatchObject({ messages: [{ content: 'hm' }] });
  });

  test('returns at once if it is stale', async () => {
    const reader = await wait({ last_read_message_id: messageIdOf(77) });
    expect(reader.isOver()).toBe(true);
    expect(await reader.answer).toMatchObject({ status: 'stale', messages: [] });
  });

  test('becomes stale when the agent writes a message meanwhile', async () => {
    const reader = await wait();
    await application.step();
    expect(await reader.answer).toMatchObject({ status: 'stale', messages: [], already_read: [] });
  });

  test('becomes stale when another reader gets the message first, and lists it as already read', async () => {
    const readers = [await wait(), await wait()];
    await application.queue('hm');
    const answers = await Promise.all(readers.map(({ answer }) => answer));
    expect(answers).toMatchObject([
      { status: 'ok', messages: [{ content: 'hm' }], already_read: [] },
      { status: 'stale', messages: [], already_read: [{ content: 'hm' }] },
    ]);
  });

  test('returns at once if the instance has ended', async () => {
    await application.call(endSession, INSTANCE);
    const reader = await wait();
    expect(reader.isOver()).toBe(true);
    expect(await reader.answer).toEqual({ ...EMPTY, instance_status: 'COMPLETED' });
  });

  test('returns when the instance ends', async () => {
    const reader = await wait();
    await application.call(endSession, INSTANCE);
    expect(await reader.answer).toEqual({ ...EMPTY, instance_status: 'COMPLETED' });
  });

  test('fails when the instance is deleted', async () => {
    const reader = await wait();
    const refused = refusal(reader.answer);
    await application.delete();
    expect(await refused).toMatchObject({ code: 'instance_deleted' });
  });

  test.each([1, 0.25, 300])('returns no messages after a wait of %s seconds', async (seconds) => {
    const reader = await wait({ wait: seconds });
    await pass(seconds - 0.001);
    expect(reader.isOver()).toBe(false);
    await pass(0.001);
    expect(reader.isOver()).toBe(true);
    expect(await reader.answer).toEqual(EMPTY);
  });

  test.each([0, null, undefined])('does not wait with wait=%s', async (seconds) => {
    const reader = await wait({ wait: seconds });
    expect(reader.isOver()).toBe(true);
    expect(await reader.answer).toEqual(EMPTY);
  });

  test('goes on after changes without a message, until its deadline', async () => {
    const reader = await wait();
    for (let beat = 0; beat < 5; beat += 1) {
      await pass(10);
      await application.call(heartbeat, INSTANCE);
    }
    await pass(9.999);
    expect(reader.isOver()).toBe(false);
    await pass(0.001);
    expect(reader.isOver()).toBe(true);
    expect(await reader.answer).toEqual(EMPTY);
  });

  test('waits no longer when the clock is set back meanwhile', async () => {
    const reader = await wait();
    vi.setSystemTime(Date.now() - 3_600_000);
    await application.call(heartbeat, INSTANCE);
    await pass(60);
    expect(reader.isOver()).toBe(true);
  });

  test('is not ended by another instance, nor by another user’s instance with the same id', async () => {
    const reader = await wait();
    await application.step({ agent_instance_id: instanceIdOf(2) });
    await application.step({}, { caller: stranger });
    await application.queue('for eve', { caller: stranger });
    await pass(1);
    expect(reader.isOver()).toBe(false);
    await application.queue('for ada');
    expect(await reader.answer).toMatchObject({ messages: [{ content: 'for ada' }] });
  });

  test('makes no query while nothing changes', async () => {
    const update = vi.spyOn(application.repository, 'update');
    const reader = await wait({ wait: 300 });
    await pass(299);
    expect(update).toHaveBeenCalledTimes(1);
    await pass(1);
    await reader.answer;
    // The wait is recorded as activity at its end.
    expect(update).toHaveBeenCalledTimes(2);
  });

  test('counts as a sign of life at its end', async () => {
    const reader = await wait({ wait: 300 });
    application.clock.advance(300_000);
    await pass(300);
    await reader.answer;
    expect((await application.stored()).instance?.lastActivityAt).toEqual(application.clock.now());
  });

  test('is registered as an open wait until it ends, however it ends', async () => {
    const gone = new AbortController();
    const [first, second] = [await wait({}, { clientGone: gone.signal }), await wait()];
    const open = () => [...application.waits.instancesOf(userIdOf('ada'))];
    expect(open()).toEqual([instanceIdOf(1)]);
    gone.abort();
    await first.answer;
    expect(open()).toEqual([instanceIdOf(1)]);
    await application.queue('hm');
    await second.answer;
    expect(open()).toEqual([]);
  });

  test('is not ended by recording its own activity', async () => {
    application.clock.advance(60_000);
    const update = vi.spyOn(application.repository, 'update');
    const reader = await wait();
    expect(update).toHaveBeenCalledTimes(1);
    expect((await application.stored()).instance?.lastActivityAt).toEqual(application.clock.now());
    await pass(60);
    expect(await reader.answer).toEqual(EMPTY);
  });

  test('returns what there is when the process is about to stop', async () => {
    const reader = await wait();
    application.stopping.abort();
    await pass(0);
    expect(reader.isOver()).toBe(true);
    expect(await reader.answer).toEqual(EMPTY);
    expect((await wait()).isOver(), 'and from then on').toBe(true);
  });

  test('ends when its client disconnects, and hands nothing over afterwards', async () => {
    const gone = new AbortController();
    const reader = await wait({}, { clientGone: gone.signal });
    gone.abort();
    await pass(0);
    expect(reader.isOver()).toBe(true);
    await application.queue('hm');
    expect((await application.step()).queued_user_messages).toHaveLength(1);
  });
});

describe('a read that waits under an Idempotency-Key', () => {
  const key = { idempotencyKey: 'k' };

  test('returns the message again when it is repeated', async () => {
    const reader = await wait({}, key);
    await application.queue('hm');
    const answer = await reader.answer;
    expect(answer.messages).toHaveLength(1);
    await application.queue('more');
    expect(await (await wait({}, key)).answer).toEqual(answer);
  });

  test('returns its empty answer again when it is repeated after a timeout', async () => {
    const reader = await wait({}, key);
    await pass(60);
    expect(await reader.answer).toEqual(EMPTY);
    await application.queue('hm');
    const repeat = await wait({}, key);
    expect(repeat.isOver()).toBe(true);
    expect(await repeat.answer).toEqual(EMPTY);
    expect((await application.step()).queued_user_messages).toHaveLength(1);
  });

  test('returns the same answer again after a process that was stopping has given it', async () => {
    const reader = await wait({}, key);
    application.stopping.abort();
    const answer = await reader.answer;
    await application.queue('hm');
    expect(await (await wait({}, key)).answer).toEqual(answer);
  });

  test('reads once more at its end, so a message without a signal is handed over', async () => {
    const reader = await wait({}, key);
    vi.spyOn(application.signals, 'publish').mockImplementationOnce(() => {});
    await application.queue('hm');
    expect(reader.isOver()).toBe(false);
    await pass(60);
    expect(await reader.answer).toMatchObject({ messages: [{ content: 'hm' }] });
    expect(await (await wait({}, key)).answer).toEqual(await reader.answer);
  });

  test('records nothing if its client disconnects: the repeat waits and gets the message', async () => {
    const gone = new AbortController();
    const reader = await wait({}, { ...key, clientGone: gone.signal });
    gone.abort();
    await reader.answer;
    const repeat = await wait({}, key);
    expect(repeat.isOver()).toBe(false);
    await application.queue('hm');
    expect(await repeat.answer).toMatchObject({ messages: [{ content: 'hm' }] });
  });

  test.each([0, 60])(
    'records no message if its client has gone: the repeat hands it over (wait: %i)',
    async (seconds) => {
      await application.queue('hm');
      const gone = AbortSignal.abort();
      await (await wait({ wait: seconds }, { ...key, clientGone: gone })).answer;
      const repeat = await (await wait({ wait: seconds }, key)).answer;
      expect(repeat.messages).toMatchObject([{ content: 'hm' }]);
      expect((await application.step()).queued_user_messages).toEqual([]);
    },
  );

  test('makes a repeat wait for it and return the same', async () => {
    const reader = await wait({}, key);
    const repeat = await wait({}, key);
    await pass(5);
    await application.queue('hm');
    await pass(0);
    expect(await repeat.answer).toEqual(await reader.answer);
  });

  test('makes a repeat wait at most 10 s', async () => {
    const reader = await wait({}, key);
    const repeat = await wait({}, key);
    const refused = refusal(repeat.answer);
    await pass(10);
    expect(await refused).toMatchObject({ code: 'idempotency_in_flight' });
    await pass(50);
    expect(await reader.answer).toEqual(EMPTY);
  });
});
