import { describe, expect, test } from 'vitest';
import { sendAgentMessage } from '../../../../src/application/use-cases/agent/send-agent-message.ts';
import type { AgentInstanceId } from '../../../../src/domain/ids.ts';
import { aCaller, instanceIdOf, NOW } from '../../../support/builders.ts';
import { InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

describe('send_agent_message', () => {
  test('returns the message id and what the user wrote meanwhile', async () => {
    const application = new InMemoryApplication();
    await application.step();
    const { message_id: queued } = await application.queue('use the other branch');
    application.clock.advance(1_500);
    const answer = await application.step({ content: 'next step' });
    expect(answer).toEqual({
      success: true,
      agent_instance_id: instanceIdOf(1),
      message_id: expect.any(String),
      queued_user_messages: [
        {
          id: queued,
          content: 'use the other branch',
          sender_type: 'USER',
          created_at: '2026-01-01T10:00:00.000Z',
          requires_user_input: false,
        },
      ],
      git_diff_status: null,
      step_number: 2,
      more: false,
      redelivered: false,
      outcomes: [],
      stop_requested: null,
    });
    expect((await application.step()).queued_user_messages).toEqual([]);
  });

  test('stores all fields that were sent', async () => {
    const application = new InMemoryApplication();
    const sent = {
      content: 'Deploy?',
      requires_user_input: true,
      message_metadata: { tool: { name: 'bash' } },
    };
    const { message_id } = await application.step(sent);
    expect(await application.stored(message_id)).toMatchObject({
      instance: { status: 'AWAITING_INPUT', startedAt: NOW, lastReadMessageId: message_id },
      messages: [
        {
          content: 'Deploy?',
          senderType: 'AGENT',
          createdAt: NOW,
          questionStatus: 'open',
          metadata: { tool: { name: 'bash' } },
        },
      ],
    });
  });

  test.each([
    ['diff --git a/x b/x\n', 'stored'],
    [`diff --git a/x b/x\n${'+\n'.repeat(600_000)}`, 'cut'],
    ['', 'cleared'],
    ['diff --git a/x b/x\n\0', 'stored'],
    ['no diff', 'rejected'],
    [{ not: 'text' }, 'rejected'],
  ])('returns the git diff status, whatever was sent (%#)', async (git_diff, status) => {
    expect(await new InMemoryApplication().step({ git_diff })).toMatchObject({
      success: true,
      git_diff_status: status,
    });
  });

  test('stores an agent type in lower case, once per user', async () => {
    const application = new InMemoryApplication();
    const typeOf = async (agentInstanceId: AgentInstanceId, agent_type: string, caller = aCaller()) => {
      await application.step({ agent_instance_id: agentInstanceId, agent_type }, { caller });
      return application.repository.update({ userId: caller.userId, agentInstanceId }, ({ instance }) => ({
        output: instance?.agentType,
        changes: null,
        record: null,
      }));
    };
    const first = await typeOf(instanceIdOf(1), ' Claude-Code ');
    expect(first).toEqual({ id: expect.any(String), name: 'claude-code' });
    expect(await typeOf(instanceIdOf(2), 'CLAUDE-CODE')).toEqual(first);
    expect((await typeOf(instanceIdOf(3), 'cursor'))?.id).not.toBe(first?.id);
    expect((await typeOf(instanceIdOf(1), 'claude-code', stranger))?.id).not.toBe(first?.id);
  });

  test('requires an agent type for a new instance', async () => {
    const request = new InMemoryApplication().step({ agent_type: null });
    expect(await refusal(request)).toMatchObject({
      code: 'agent_type_required',
      message: 'agent_type is required when creating new instance',
    });
  });

  test('attaches a question to the open question with the same text', async () => {
    const application = new InMemoryApplication();
    const ask = () => application.step({ content: 'Deploy?', requires_user_input: true });
    expect((await ask()).message_id).toBe((await ask()).message_id);
    expect((await application.stored()).instance?.lastPosition).toBe(1);
  });

  test.each([
    ['true', true],
    ['false', false],
    ['null', null],
  ])('accepts %s for send_push, send_email and send_sms', async (_word, told) => {
    const fields = { send_push: told, send_email: told, send_sms: told };
    expect(await new InMemoryApplication().step(fields)).toMatchObject({ success: true });
  });

  test('writes to the caller’s instance, even if another user has the same id', async () => {
    const application = new InMemoryApplication();
    await application.step();
    await application.queue('for ada');
    const eve = await application.step({}, { caller: stranger });
    expect(eve.queued_user_messages).toEqual([]);
    expect((await application.step()).queued_user_messages).toHaveLength(1);
  });

  test('fails if the instance was deleted', async () => {
    const application = new InMemoryApplication();
    await application.step();
    await application.delete();
    expect(await refusal(application.step())).toMatchObject({ code: 'instance_deleted' });
  });

  test('requires only an id and content for an existing instance', async () => {
    const application = new InMemoryApplication();
    await application.step();
    const bare = { agent_instance_id: instanceIdOf(1), content: 'a' };
    expect(await application.call(sendAgentMessage, bare)).toMatchObject({ success: true });
  });
});
