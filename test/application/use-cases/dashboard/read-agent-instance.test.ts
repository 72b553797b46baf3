import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as useCases from '../../../../src/application/use-cases/index.ts';
import { aCaller, FakeIds, instanceIdOf, NOW } from '../../../support/builders.ts';
import { ada, InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

const INSTANCE = { agent_instance_id: instanceIdOf(1) };
const DIFF = 'diff --git a/x b/x\n+x\n';

let application: InMemoryApplication;
beforeEach(() => {
  application = new InMemoryApplication();
});

const read = (input: object = {}, caller = ada) =>
  application.call(useCases.readAgentInstance, { ...INSTANCE, ...input }, { caller });
const messages = async (input: object = {}) =>
  (await application.call(useCases.listMessages, { ...INSTANCE, ...input }, { caller: ada })).messages;

describe('read_agent_instance', () => {
  test('returns the instance, its git diff, its messages and the read cursor', async () => {
    await application.step({ content: 'a step', git_diff: DIFF, message_metadata: { a: 1 } });
    const { message_id } = await application.step({ content: 'Which?', requires_user_input: true });
    await application.queue('this');
    expect(await read()).toMatchObject({
      id: instanceIdOf(1),
      status: 'ACTIVE',
      chat_length: 3,
      latest_message: 'this',
      git_diff: DIFF,
      last_read_message_id: message_id,
      messages: [
        { position: 1, content: 'a step', metadata: { a: 1 }, read_at: null },
        { position: 2, question_status: 'answered', answer_id: expect.any(String), agent_waiting: false },
        { position: 3, sender_type: 'USER', read_at: null },
      ],
    });
    await application.step();
    expect((await read()).messages[2]).toMatchObject({ read_at: NOW.toISOString() });
  });

  test('returns the state of questions, and of no other message', async () => {
    await application.step();
    const [step] = (await read()).messages;
    expect(step).not.toHaveProperty('question_status');
    expect(step).not.toHaveProperty('answer_id');
    expect(step).not.toHaveProperty('agent_waiting');
  });

  test('shows agent_waiting on an open question while its agent waits', async () => {
    const { message_id } = await application.step({ requires_user_input: true });
    const isWaiting = async () => (await read()).messages.map(({ agent_waiting }) => agent_waiting);
    expect(await isWaiting()).toEqual([false]);
    const gone = new AbortController();
    const asked = application.call(
      useCases.askQuestion,
      { question_id: message_id, wait_seconds: 3_600 },
      { clientGone: gone.signal },
    );
    await vi.waitFor(() => expect(application.signals.size).toBe(1));
    expect(await isWaiting()).toEqual([true]);
    gone.abort();
    await asked;
    expect(await isWaiting()).toEqual([false]);
  });

  test('shows an active instance as stale after 5 minutes of silence', async () => {
    await application.step();
    application.clock.advance(300_000);
    expect(await read()).toMatchObject({ status: 'ACTIVE' });
    application.clock.advance(1);
    expect(await read()).toMatchObject({ status: 'STALE' });
    await application.call(useCases.heartbeat, INSTANCE);
    expect(await read()).toMatchObject({ status: 'ACTIVE' });
  });

  test('returns the last messages, or those before one of them', async () => {
    for (const content of ['1', '2', '3', '4']) await application.step({ content });
    const contents = async (input: object) => (await messages(input)).map(({ content }) => content);
    const [, second] = (await read({ message_limit: 3 })).messages;
    expect(second?.content).toBe('3');
    expect(await contents({ limit: 1, before_message_id: second?.id })).toEqual(['2']);
    expect((await read({ message_limit: 1, before_message_id: second?.id })).messages).toMatchObject([
      { content: '2' },
    ]);
    expect(await contents({})).toEqual(['1', '2', '3', '4']);
    expect(await contents({ limit: 0 })).toEqual([]);
  });

  test.each([-1, 201, 1.5, 'many'])('refuses the limit %j', async (limit) => {
    expect(await refusal(messages({ limit }))).toMatchObject({ code: 'invalid_input' });
    expect(await refusal(read({ message_limit: limit }))).toMatchObject({ code: 'invalid_input' });
  });

  test('fails for a page before an unknown message', async () => {
    await application.step();
    const before = { before_message_id: FakeIds.idOf(9_999) };
    expect(await refusal(messages(before))).toMatchObject({ code: 'message_not_found' });
    expect(await refusal(read(before))).toMatchObject({ code: 'message_not_found' });
  });

  test('can be called by agents too', async () => {
    await application.step();
    expect(await read({}, aCaller())).toMatchObject({ id: instanceIdOf(1) });
    const others = application.call(useCases.listMessages, INSTANCE, { caller: aCaller() });
    expect(await refusal(others)).toMatchObject({ code: 'insufficient_scope' });
  });

  test('does not find another user’s instance; for a deleted one users get not found and agents instance_deleted', async () => {
    const unknown = await refusal(read());
    expect(unknown).toMatchObject({ code: 'agent_instance_not_found' });
    await application.step({}, { caller: stranger });
    expect(await refusal(read())).toEqual(unknown);
    await application.step();
    await application.delete();
    expect(await refusal(read())).toEqual(unknown);
    expect(await refusal(messages())).toEqual(unknown);
    expect(await refusal(read({}, aCaller()))).toMatchObject({ code: 'instance_deleted' });
  });
});
