import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ObjectSchema, UseCase } from '../../../../src/application/use-case.ts';
import * as useCases from '../../../../src/application/use-cases/index.ts';
import { RESTORE_WINDOW_MS } from '../../../../src/domain/conversation/lifecycle.ts';
import { aCaller, instanceIdOf, NOW } from '../../../support/builders.ts';
import { ada, InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

const INSTANCE = { agent_instance_id: instanceIdOf(1) };

let application: InMemoryApplication;
beforeEach(() => {
  application = new InMemoryApplication();
});

const does =
  <Output extends ObjectSchema>(useCase: UseCase<ObjectSchema, Output>, input: object = {}) =>
  (caller = ada, idempotencyKey: string | null = null) =>
    application.call(useCase, { ...INSTANCE, ...input }, { caller, idempotencyKey });

const end = does(useCases.setInstanceStatus, { status: 'COMPLETED' });
const rename = does(useCases.renameAgentInstance, { name: 'nightly' });
const remove = does(useCases.deleteAgentInstance);
const restore = does(useCases.restoreAgentInstance);
const version = async () => (await application.stored()).instance?.version;

describe('a change of an instance', () => {
  test('returns its new state', async () => {
    await application.step({ content: 'a step' });
    expect(await rename()).toEqual({
      id: instanceIdOf(1),
      agent_type_id: expect.any(String),
      agent_type_name: 'claude-code',
      name: 'nightly',
      status: 'ACTIVE',
      started_at: NOW.toISOString(),
      ended_at: null,
      failure: null,
      latest_message: 'a step',
      latest_message_at: NOW.toISOString(),
      chat_length: 1,
      last_heartbeat_at: null,
      instance_metadata: null,
      context: null,
      stop_requested: null,
      stop_seen_at: null,
    });
    expect(await end()).toMatchObject({ status: 'COMPLETED', ended_at: NOW.toISOString() });
  });

  test.each([
    ['ending', end],
    ['renaming', rename],
    ['deleting', remove],
    ['restoring', restore],
  ])('%s twice has one effect', async (_, change) => {
    await application.step();
    if (change === restore) await remove();
    await change();
    const after = await version();
    await change();
    expect(await version()).toBe(after);
  });

  test.each([
    ['ending', end],
    ['renaming', rename],
    ['deleting', remove],
    ['restoring', restore],
  ])('%s changes the version, so that live streams publish it', async (_, change) => {
    await application.step();
    if (change === restore) await remove();
    const before = await version();
    await change();
    expect(await version()).toBe(before! + 1);
  });

  test('repeated with its idempotency key returns the first answer, whatever has changed since', async () => {
    await application.step();
    const first = await rename(ada, 'key');
    await remove();
    expect(await rename(ada, 'key')).toEqual(first);
  });

  test.each([
    ['ending', end],
    ['renaming', rename],
    ['deleting', remove],
    ['restoring', restore],
  ])('%s another user’s instance fails as if it did not exist', async (_, change) => {
    const unknown = await refusal(change());
    expect(unknown).toMatchObject({ code: 'agent_instance_not_found' });
    await application.step({}, { caller: stranger });
    expect(await refusal(change())).toEqual(unknown);
  });
});

describe('a name', () => {
  test('can be removed', async () => {
    await application.step();
    await rename();
    expect(await does(useCases.renameAgentInstance, { name: null })()).toMatchObject({ name: null });
  });

  test.each([{}, { name: '' }, { name: ' ' }, { name: 'x'.repeat(256) }, { name: 7 }])(
    'is not changed by %j',
    async (input) => {
      await application.step();
      expect(await refusal(does(useCases.renameAgentInstance, input)())).toMatchObject({
        code: 'invalid_input',
      });
    },
  );
});

describe('a status', () => {
  test('can be set by the agent too', async () => {
    await application.step();
    expect(await end(aCaller())).toMatchObject({ status: 'COMPLETED' });
  });

  test.each(['ACTIVE', 'DELETED', '', null])('cannot be set to %j', async (status) => {
    await application.step();
    expect(await refusal(does(useCases.setInstanceStatus, { status })())).toMatchObject({
      code: 'invalid_input',
    });
  });

  test('of a deleted instance cannot be set: users get not found, agents instance_deleted', async () => {
    await application.step();
    await remove();
    expect(await refusal(end())).toMatchObject({ code: 'agent_instance_not_found' });
    expect(await refusal(end(aCaller()))).toMatchObject({ code: 'instance_deleted' });
  });
});

describe('a deleted instance', () => {
  test('is not found by users and tells agents to stop, until it is restored as it was', async () => {
    await application.step({ requires_user_input: true });
    await remove();
    expect(await refusal(rename())).toMatchObject({ code: 'agent_instance_not_found' });
    expect(await refusal(application.step())).toMatchObject({ code: 'instance_deleted' });
    expect(await restore()).toMatchObject({ status: 'AWAITING_INPUT', chat_length: 1 });
    await application.step();
  });

  test('can be restored for 30 days', async () => {
    await application.step();
    await remove();
    application.clock.advance(RESTORE_WINDOW_MS + 1);
    expect(await refusal(restore())).toMatchObject({ code: 'agent_instance_not_found' });
  });

  test('ends all waits on it at once', async () => {
    const { message_id } = await application.step({ requires_user_input: true });
    const waiting = [
      application.call(useCases.askQuestion, { question_id: message_id, wait_seconds: 3_600 }),
      application.call(useCases.readPendingMessages, {
        ...INSTANCE,
        last_read_message_id: message_id,
        wait: 300,
      }),
    ].map(refusal);
    await vi.waitFor(() => expect(application.signals.size).toBe(2));
    await remove();
    for (const refused of waiting) expect(await refused).toMatchObject({ code: 'instance_deleted' });
  });
});
