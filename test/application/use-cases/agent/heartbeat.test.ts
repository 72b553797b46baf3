import { describe, expect, test } from 'vitest';
import { endSession } from '../../../../src/application/use-cases/agent/end-session.ts';
import { heartbeat } from '../../../../src/application/use-cases/agent/heartbeat.ts';
import { instanceIdOf } from '../../../support/builders.ts';
import { InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

const INSTANCE = { agent_instance_id: instanceIdOf(1) };

describe('heartbeat', () => {
  test('returns the time of the heartbeat', async () => {
    const application = new InMemoryApplication();
    await application.step();
    application.clock.advance(1_234);
    expect(await application.call(heartbeat, INSTANCE)).toEqual({
      ...INSTANCE,
      last_heartbeat_at: '2026-01-01T10:00:01.234Z',
      stop_requested: null,
    });
    expect((await application.stored()).instance).toMatchObject({ lastHeartbeatAt: application.clock.now() });
  });

  test('does not reopen a completed instance', async () => {
    const application = new InMemoryApplication();
    await application.step();
    await application.call(endSession, INSTANCE);
    await application.call(heartbeat, INSTANCE);
    expect((await application.stored()).instance).toMatchObject({ status: 'COMPLETED' });
  });

  test('fails if the caller has no such instance', async () => {
    const application = new InMemoryApplication();
    const unknown = await refusal(application.call(heartbeat, INSTANCE));
    expect(unknown).toMatchObject({ code: 'agent_instance_not_found', message: 'Agent instance not found' });
    await application.step();
    expect(await refusal(application.call(heartbeat, INSTANCE, { caller: stranger }))).toEqual(unknown);
  });
});
