import { describe, expect, test } from 'vitest';
import { endSession } from '../../../../src/application/use-cases/agent/end-session.ts';
import { sendUserMessage } from '../../../../src/application/use-cases/agent/send-user-message.ts';
import { stopAgent } from '../../../../src/application/use-cases/dashboard/stop-agent.ts';
import { FakeIds, instanceIdOf } from '../../../support/builders.ts';
import { ada, InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

const SAID = { agent_instance_id: instanceIdOf(1), content: 'hm' };

describe('send_user_message', () => {
  test.each([
    [{}, true],
    [{ mark_as_read: null }, true],
    [{ mark_as_read: true }, true],
    [{ mark_as_read: false }, false],
  ])('with %j returns marked_as_read %s', async (fields, marked) => {
    const application = new InMemoryApplication();
    await application.step();
    const answer = await application.call(sendUserMessage, { ...SAID, ...fields });
    expect(answer).toEqual({
      success: true,
      message_id: FakeIds.idOf(3),
      marked_as_read: marked,
      stop_requested: null,
    });
    expect((await application.step()).queued_user_messages).toHaveLength(marked ? 0 : 1);
  });

  test('moves the cursor and leaves earlier queued messages queued', async () => {
    const application = new InMemoryApplication();
    await application.step();
    await application.queue('earlier');
    const { message_id } = await application.call(sendUserMessage, SAID);
    expect((await application.stored()).instance?.lastReadMessageId).toBe(message_id);
    expect((await application.step()).queued_user_messages).toMatchObject([{ content: 'earlier' }]);
  });

  test.each([true, false])('answers the open question, with mark_as_read %s', async (mark_as_read) => {
    const application = new InMemoryApplication();
    const { message_id: question } = await application.step({ requires_user_input: true });
    const { message_id } = await application.call(sendUserMessage, { ...SAID, mark_as_read });
    expect(await application.stored(question)).toMatchObject({
      instance: { status: 'ACTIVE' },
      messages: [{ questionStatus: 'answered', answerId: message_id }],
    });
  });

  test('fails if the caller has no such instance', async () => {
    const application = new InMemoryApplication();
    const unknown = await refusal(application.call(sendUserMessage, SAID));
    expect(unknown).toMatchObject({ code: 'agent_instance_not_found', message: 'Agent instance not found' });
    await application.step();
    expect(await refusal(application.call(sendUserMessage, SAID, { caller: stranger }))).toEqual(unknown);
    await application.delete();
    expect(await refusal(application.call(sendUserMessage, SAID))).toMatchObject({
      code: 'instance_deleted',
    });
  });

  describe('with agent_type, from the program in which the person typed', () => {
    const TYPED = { ...SAID, agent_type: 'Codex' };

    test('creates the instance', async () => {
      const application = new InMemoryApplication();
      await application.call(sendUserMessage, TYPED);
      expect((await application.stored()).instance).toMatchObject({
        agentType: { name: 'codex' },
        status: 'ACTIVE',
      });
    });

    test('opens an ended instance again, and an earlier request to stop is over', async () => {
      const application = new InMemoryApplication();
      await application.step();
      await application.call(stopAgent, { agent_instance_id: instanceIdOf(1) }, { caller: ada });
      await application.call(endSession, { agent_instance_id: instanceIdOf(1) });
      application.clock.advance(60_000);
      await application.call(sendUserMessage, TYPED);
      expect((await application.stored()).instance).toMatchObject({
        status: 'ACTIVE',
        endedAt: null,
        stop: null,
        lastActivityAt: application.clock.now(),
        agentType: { name: 'claude-code' },
      });
    });
  });

  test('answers no question with answers_question: false', async () => {
    const application = new InMemoryApplication();
    const { message_id: question } = await application.step({ requires_user_input: true });
    await application.call(sendUserMessage, { ...SAID, content: 'yes', answers_question: false });
    expect(await application.stored(question)).toMatchObject({
      instance: { status: 'AWAITING_INPUT' },
      messages: [{ questionStatus: 'open', answerId: null }],
    });
  });
});
