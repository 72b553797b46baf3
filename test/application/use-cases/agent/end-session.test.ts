import { describe, expect, test } from 'vitest';
import { endSession } from '../../../../src/application/use-cases/agent/end-session.ts';
import { instanceIdOf, NOW } from '../../../support/builders.ts';
import { InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

const INSTANCE = { agent_instance_id: instanceIdOf(1) };
const ENDED = { success: true, ...INSTANCE, final_status: 'COMPLETED', stop_requested: null };

describe('end_session', () => {
  test('completes the instance and closes its question', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step({ requires_user_input: true });
    expect(await application.call(endSession, INSTANCE)).toEqual(ENDED);
    expect(await application.stored(message_id)).toMatchObject({
      instance: { status: 'COMPLETED', endedAt: NOW },
      messages: [{ questionStatus: 'closed' }],
    });
  });

  test('twice returns the same and keeps the end time', async () => {
    const application = new InMemoryApplication();
    await application.step();
    await application.call(endSession, INSTANCE);
    application.clock.advance(1_000);
    expect(await application.call(endSession, INSTANCE)).toEqual(ENDED);
    expect((await application.stored()).instance).toMatchObject({ endedAt: NOW, version: 2 });
  });

  test('repeated with its idempotency key is answered from the record', async () => {
    const application = new InMemoryApplication();
    await application.step();
    await application.call(endSession, INSTANCE);
    const key = { idempotencyKey: 'k' };
    expect(await application.call(endSession, INSTANCE, key)).toEqual(ENDED);
    await application.delete();
    expect(await application.call(endSession, INSTANCE, key)).toEqual(ENDED);
  });

  test('fails if the caller has no such instance', async () => {
    const application = new InMemoryApplication();
    const unknown = await refusal(application.call(endSession, INSTANCE));
    expect(unknown).toMatchObject({ code: 'agent_instance_not_found', message: 'Agent instance not found' });
    await application.step();
    expect(await refusal(application.call(endSession, INSTANCE, { caller: stranger }))).toEqual(unknown);
  });
});
