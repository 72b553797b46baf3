import { describe, expect, test } from 'vitest';
import { requestUserInput } from '../../../../src/application/use-cases/agent/request-user-input.ts';
import { instanceIdOf, messageIdOf } from '../../../support/builders.ts';
import { InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

describe('request_user_input', () => {
  test('turns a step into an open question when nothing is queued', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step();
    expect(await application.call(requestUserInput, { message_id })).toEqual({
      success: true,
      message_id,
      agent_instance_id: instanceIdOf(1),
      messages: [],
      more: false,
      outcomes: [],
      stop_requested: null,
      status: 'ok',
    });
    expect(await application.stored(message_id)).toMatchObject({
      instance: { status: 'AWAITING_INPUT' },
      messages: [{ requiresUserInput: true, questionStatus: 'open' }],
    });
  });

  test('hands over what was queued since, and the first of it is the answer', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step();
    const { message_id: answer } = await application.queue('yes');
    await application.queue('and hurry');
    expect(await application.call(requestUserInput, { message_id })).toMatchObject({
      messages: [
        { id: answer, content: 'yes', sender_type: 'USER' },
        { content: 'and hurry', sender_type: 'USER' },
      ],
      more: false,
      status: 'ok',
    });
    expect(await application.stored(message_id)).toMatchObject({
      instance: { status: 'ACTIVE' },
      messages: [{ questionStatus: 'answered', answerId: answer }],
    });
  });

  test('is stale when the cursor has moved on: no messages, but the question is open', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step();
    await application.step();
    await application.queue('yes');
    expect(await application.call(requestUserInput, { message_id })).toMatchObject({
      messages: [],
      status: 'stale',
    });
    expect((await application.stored(message_id)).messages).toMatchObject([{ questionStatus: 'open' }]);
    expect((await application.step()).queued_user_messages).toHaveLength(1);
  });

  test('of a step whose text ends with options asks for one of them', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step({ content: 'Deploy?\n[YES/NO]' });
    await application.call(requestUserInput, { message_id });
    expect((await application.stored(message_id)).messages).toMatchObject([
      { content: 'Deploy?', questionStatus: 'open', question: { choice: { min: 1, max: 1 } } },
    ]);
    const { question } = (await application.stored(message_id)).messages[0]!;
    const [yes] = question!.choice!.options;
    await application.queue(yes!.label);
    expect(await application.step()).toMatchObject({
      outcomes: [{ question_id: message_id, status: 'answered', values: [yes!.value] }],
    });
  });

  test('of a step whose text ends with options is answered by the queued text that names one', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step({
      content: 'Which?\n[OPTIONS]\n1. The first\n2. The second\n[/OPTIONS]',
    });
    const { question } = (await application.stored(message_id)).messages[0]!;
    const second = question!.choice!.options[1]!;
    await application.queue(second.label);
    expect(await application.call(requestUserInput, { message_id })).toMatchObject({
      messages: [{ content: second.label }],
      outcomes: [{ question_id: message_id, status: 'answered', values: [second.value] }],
    });
  });

  test('fails for a question', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step({ requires_user_input: true });
    expect(await refusal(application.call(requestUserInput, { message_id }))).toMatchObject({
      code: 'already_requires_user_input',
      message: 'Message already requires user input',
    });
  });

  test('fails in the same way for an unknown message, a user message and another user’s message', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step();
    const { message_id: queued } = await application.queue('hm');
    const unknown = await refusal(application.call(requestUserInput, { message_id: messageIdOf(77) }));
    expect(unknown).toMatchObject({
      code: 'agent_message_not_found',
      message: 'Agent message not found or access denied',
    });
    expect(await refusal(application.call(requestUserInput, { message_id: queued }))).toEqual(unknown);
    expect(await refusal(application.call(requestUserInput, { message_id }, { caller: stranger }))).toEqual(
      unknown,
    );
  });

  test('fails if the instance was deleted', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step();
    await application.delete();
    expect(await refusal(application.call(requestUserInput, { message_id }))).toMatchObject({
      code: 'instance_deleted',
    });
  });
});
