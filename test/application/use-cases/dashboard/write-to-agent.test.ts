import { beforeEach, describe, expect, test } from 'vitest';
import * as useCases from '../../../../src/application/use-cases/index.ts';
import { QuestionOverError } from '../../../../src/domain/conversation/question-over.ts';
import { aCaller, instanceIdOf, messageIdOf, NOW } from '../../../support/builders.ts';
import { ada, InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

const INSTANCE = { agent_instance_id: instanceIdOf(1) };

let application: InMemoryApplication;
beforeEach(() => {
  application = new InMemoryApplication();
});

const write = (input: object, idempotencyKey: string | null = null) =>
  application.call(
    useCases.writeToAgent,
    { ...INSTANCE, content: 'hm', ...input },
    { caller: ada, idempotencyKey },
  );
const ask = () => application.step({ requires_user_input: true, content: 'Which?' });
const cursor = async () => (await application.stored()).instance?.lastReadMessageId;

describe('write_to_agent', () => {
  test('queues the message and never moves the agent’s cursor', async () => {
    const { message_id } = await application.step();
    expect(await write({})).toEqual({
      id: expect.any(String),
      content: 'hm',
      sender_type: 'USER',
      created_at: NOW.toISOString(),
      requires_user_input: false,
      position: 2,
      metadata: null,
      read_at: null,
    });
    expect(await cursor()).toBe(message_id);
    expect((await application.step()).queued_user_messages).toMatchObject([{ content: 'hm' }]);
  });

  test('answers the newest open question, or the one in in_reply_to', async () => {
    const { message_id: first } = await ask();
    const { message_id: second } = await application.step({ requires_user_input: true, content: 'And?' });
    const named = await write({ in_reply_to: first });
    const newest = await write({});
    expect((await application.stored(first, second)).messages).toMatchObject([
      { questionStatus: 'answered', answerId: named.id },
      { questionStatus: 'answered', answerId: newest.id },
    ]);
  });

  test('accepts the first of two answers, and fails the second with the first', async () => {
    const { message_id } = await ask();
    const [first, second] = await Promise.allSettled([
      write({ in_reply_to: message_id, content: 'mine' }),
      write({ in_reply_to: message_id, content: 'no, mine' }),
    ]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { content: 'mine' } });
    const { reason } = second as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(QuestionOverError);
    expect(reason).toMatchObject({ code: 'already_answered', answer: { content: 'mine', position: 2 } });
    // The second answer was meant as an answer only, so it is not queued.
    expect((await application.step()).queued_user_messages).toHaveLength(1);
  });

  test('repeated with its idempotency key is one message, even if it was an answer', async () => {
    const { message_id } = await ask();
    const first = await write({ in_reply_to: message_id }, 'key');
    expect(await write({ in_reply_to: message_id }, 'key')).toEqual(first);
    expect((await application.step()).queued_user_messages).toHaveLength(1);
  });

  test('fails for a question that was closed with its session', async () => {
    const { message_id } = await ask();
    await application.call(useCases.endSession, INSTANCE);
    expect(await refusal(write({ in_reply_to: message_id }))).toMatchObject({ code: 'question_over' });
    expect(await write({})).toMatchObject({ read_at: null });
  });

  test('fails for an id that is not a question of this instance', async () => {
    await application.step();
    const elsewhere = await application.step({
      agent_instance_id: instanceIdOf(2),
      requires_user_input: true,
    });
    const refused = await refusal(write({ in_reply_to: elsewhere.message_id }));
    expect(refused).toMatchObject({ code: 'question_not_found', field: 'in_reply_to' });
    expect(await refusal(write({ in_reply_to: messageIdOf(9) }))).toEqual(refused);
  });

  test('fails if the user has no such instance or has deleted it', async () => {
    const unknown = await refusal(write({}));
    expect(unknown).toMatchObject({ code: 'agent_instance_not_found' });
    await application.step({}, { caller: stranger });
    expect(await refusal(write({}))).toEqual(unknown);
    await application.step();
    await application.delete();
    expect(await refusal(write({}))).toEqual(unknown);
  });

  test('cannot be called by agents', async () => {
    const asAgent = application.call(
      useCases.writeToAgent,
      { ...INSTANCE, content: 'hm' },
      { caller: aCaller() },
    );
    expect(await refusal(asAgent)).toMatchObject({ code: 'insufficient_scope' });
  });
});
