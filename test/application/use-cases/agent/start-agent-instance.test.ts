import { describe, expect, test } from 'vitest';
import { startAgentInstance } from '../../../../src/application/use-cases/agent/start-agent-instance.ts';
import { FakeIds, instanceIdOf } from '../../../support/builders.ts';
import { InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

describe('start_agent_instance', () => {
  test('creates an instance with the given id, name and transport', async () => {
    const application = new InMemoryApplication();
    const answer = await application.call(startAgentInstance, {
      agent_type: ' Claude-Code',
      agent_instance_id: instanceIdOf(1),
      name: 'Nightly Build',
      transport: 'stdio',
    });
    expect(answer).toEqual({
      agent_instance_id: instanceIdOf(1),
      agent_type_id: FakeIds.idOf(1),
      agent_type_name: 'claude-code',
      status: 'ACTIVE',
      name: 'Nightly Build',
      instance_metadata: { transport: 'stdio' },
    });
    expect((await application.stored()).instance).toMatchObject({ name: 'Nightly Build', lastPosition: 0 });
  });

  test('makes an id if none is given', async () => {
    const application = new InMemoryApplication();
    expect(await application.call(startAgentInstance, { agent_type: 'cursor' })).toEqual({
      agent_instance_id: FakeIds.idOf(1),
      agent_type_id: FakeIds.idOf(2),
      agent_type_name: 'cursor',
      status: 'ACTIVE',
      name: null,
      instance_metadata: null,
    });
  });

  test('uses one agent type for instances with the same type, and a different one for another user', async () => {
    const application = new InMemoryApplication();
    const start = (agent_type: string, options = {}) =>
      application.call(startAgentInstance, { agent_type }, options);
    const first = await start('codex');
    expect((await start('CODEX')).agent_type_id).toBe(first.agent_type_id);
    expect((await start('cursor')).agent_type_id).not.toBe(first.agent_type_id);
    expect((await start('codex', { caller: stranger })).agent_type_id).not.toBe(first.agent_type_id);
  });

  test('makes the agent type unnecessary in later messages', async () => {
    const application = new InMemoryApplication();
    await application.call(startAgentInstance, { agent_type: 'cursor', agent_instance_id: instanceIdOf(1) });
    expect(await application.step({ agent_type: null })).toMatchObject({ success: true });
  });

  test('fails if the user has an instance with this id, deleted or not', async () => {
    const application = new InMemoryApplication();
    const start = (options = {}) =>
      application.call(startAgentInstance, { agent_type: 'a', agent_instance_id: instanceIdOf(1) }, options);
    await start();
    const exists = { code: 'agent_instance_exists', message: 'Agent instance already exists' };
    expect(await refusal(start())).toMatchObject(exists);
    await application.delete();
    expect(await refusal(start())).toMatchObject(exists);
    expect(await start({ caller: stranger })).toMatchObject({ agent_instance_id: instanceIdOf(1) });
  });

  test('repeated with its idempotency key creates one instance', async () => {
    const application = new InMemoryApplication();
    const start = () => application.call(startAgentInstance, { agent_type: 'a' }, { idempotencyKey: 'k' });
    expect(await start()).toEqual(await start());
  });
});
