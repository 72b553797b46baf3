import { describe, expect, test } from 'vitest';
import { endSession } from '../../../../src/application/use-cases/agent/end-session.ts';
import { readPendingMessages } from '../../../../src/application/use-cases/agent/read-pending-messages.ts';
import { instanceIdOf, messageIdOf } from '../../../support/builders.ts';
import { InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

const INSTANCE = { agent_instance_id: instanceIdOf(1) };

describe('read_pending_messages', () => {
  test('with the cursor hands over the queue, once', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step();
    const { message_id: queued } = await application.queue('hm');
    const read = { ...INSTANCE, last_read_message_id: message_id };
    const handedOver = {
      id: queued,
      content: 'hm',
      sender_type: 'USER',
      created_at: '2026-01-01T10:00:00.000Z',
      requires_user_input: false,
    };
    expect(await application.call(readPendingMessages, read)).toEqual({
      ...INSTANCE,
      messages: [handedOver],
      more: false,
      status: 'ok',
      already_read: [],
      outcomes: [],
      stop_requested: null,
      instance_status: 'ACTIVE',
    });
    // The same reader again. It lost the response, so it still has the old cursor.
    expect(await application.call(readPendingMessages, read)).toEqual({
      ...INSTANCE,
      messages: [],
      more: false,
      status: 'stale',
      already_read: [handedOver],
      outcomes: [],
      stop_requested: null,
      instance_status: 'ACTIVE',
    });
    expect((await application.step()).queued_user_messages).toEqual([]);
  });

  test('without an id shows the queue and hands nothing over', async () => {
    const application = new InMemoryApplication();
    await application.step();
    await application.queue('hm');
    const look = () => application.call(readPendingMessages, INSTANCE);
    expect(await look()).toMatchObject({ messages: [{ content: 'hm' }], status: 'ok', already_read: [] });
    expect(await look()).toMatchObject({ messages: [{ content: 'hm' }] });
    expect((await application.step()).queued_user_messages).toHaveLength(1);
  });

  test('with an unknown id is stale and shows nothing', async () => {
    const application = new InMemoryApplication();
    await application.step();
    await application.queue('hm');
    const answer = await application.call(readPendingMessages, {
      ...INSTANCE,
      last_read_message_id: messageIdOf(77),
    });
    expect(answer).toMatchObject({ messages: [], status: 'stale', already_read: [] });
    expect((await application.step()).queued_user_messages).toHaveLength(1);
  });

  test.each([
    ['ACTIVE', () => Promise.resolve()],
    ['AWAITING_INPUT', (app: InMemoryApplication) => app.step({ requires_user_input: true })],
    ['COMPLETED', (app: InMemoryApplication) => app.call(endSession, INSTANCE)],
  ] as const)('tells that the instance is %s', async (status, prepare) => {
    const application = new InMemoryApplication();
    await application.step();
    await prepare(application);
    expect(await application.call(readPendingMessages, INSTANCE)).toMatchObject({ instance_status: status });
  });

  test('fails if the caller has no such instance', async () => {
    const application = new InMemoryApplication();
    const unknown = await refusal(application.call(readPendingMessages, INSTANCE));
    expect(unknown).toMatchObject({ code: 'agent_instance_not_found', message: 'Agent instance not found' });
    const { message_id: last_read_message_id } = await application.step();
    for (const input of [INSTANCE, { ...INSTANCE, wait: 300 }, { ...INSTANCE, last_read_message_id }]) {
      expect(await refusal(application.call(readPendingMessages, input, { caller: stranger }))).toEqual(
        unknown,
      );
    }
    await application.delete();
    expect(await refusal(application.call(readPendingMessages, INSTANCE))).toMatchObject({
      code: 'instance_deleted',
    });
  });
});
