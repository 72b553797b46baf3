import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { createDispatch } from '../../../src/application/dispatch/dispatch.ts';
import { type Call, defineUseCase, type UseCase } from '../../../src/application/use-case.ts';
import * as useCases from '../../../src/application/use-cases/index.ts';
import * as field from '../../../src/application/wire/fields.ts';
import type { Scope } from '../../../src/ports/tokens/token-verifier.ts';
import { aCaller, instanceIdOf, NOW, userIdOf } from '../../support/builders.ts';
import { InMemoryApplication, refusal } from '../in-memory-application.ts';

const INSTANCE = instanceIdOf(1);
const registry = { ...useCases };
const input = v.object({ agent_instance_id: field.id, wait: field.optional(field.waitSeconds) });

/** A use case that returns an empty object and records its calls. */
function recordingUseCase(needed: readonly Scope[] = ['agent']) {
  const calls: Call<v.InferOutput<typeof input>>[] = [];
  const useCase = defineUseCase({
    name: 'record',
    summary: 'Remembers its calls',
    errorCodes: [],
    scopes: needed,
    input,
    output: v.object({}),
    async run(_ports, call) {
      calls.push(call);
      return {};
    },
  });
  return { calls, useCase };
}

describe('a request is refused', () => {
  const NO_SCOPE = aCaller({ scopes: ['dashboard'] });

  test.each([
    ['valid', { agent_instance_id: INSTANCE }],
    ['invalid', { agent_instance_id: 'x' }],
    ['hostile', { agent_instance_id: INSTANCE, content: '\0' }],
  ])('for its scope before its %s input is checked', async (_case, raw) => {
    const { calls, useCase } = recordingUseCase();
    const request = new InMemoryApplication().dispatch(useCase, { caller: NO_SCOPE, input: raw });
    expect(await refusal(request)).toMatchObject({ code: 'insufficient_scope', issues: [] });
    expect(calls).toEqual([]);
  });

  test.each([
    [
      'too deep nesting before it is parsed',
      { agent_instance_id: 'x', deep: JSON.parse('['.repeat(64) + ']'.repeat(64)) },
      'too_deep',
    ],
    [
      'hostile keys before it is parsed',
      JSON.parse('{"agent_instance_id": "x", "__proto__": 1}'),
      'invalid_json',
    ],
    ['invalid characters before it is parsed', { agent_instance_id: '\0' }, 'invalid_character'],
    ['a malformed id before its idempotency key is checked', { agent_instance_id: 'x' }, 'invalid_id'],
    ['an invalid idempotency key last', { agent_instance_id: INSTANCE }, 'invalid_idempotency_key'],
  ])('for %s', async (_case, raw, code) => {
    const { calls, useCase } = recordingUseCase();
    const request = { caller: aCaller(), input: raw, idempotencyKey: 'ä' };
    expect(await refusal(new InMemoryApplication().dispatch(useCase, request))).toMatchObject({ code });
    expect(calls).toEqual([]);
  });
});

describe('the scopes', () => {
  test.each<[needed: Scope[], had: Scope[], allowed: boolean]>([
    [['agent'], ['agent'], true],
    [['agent'], ['dashboard', 'agent'], true],
    [['agent'], ['dashboard'], false],
    [['agent'], [], false],
    [['dashboard'], ['dashboard'], true],
    [['dashboard'], ['agent'], false],
    [['agent', 'dashboard'], ['dashboard'], true],
    [['agent', 'dashboard'], [], false],
    [[], ['agent'], true],
    [[], [], true],
  ])('required are %j and those of the token are %j: allowed is %s', async (needed, scopes, allowed) => {
    const { calls, useCase } = recordingUseCase(needed);
    const request = { caller: aCaller({ scopes }), input: { agent_instance_id: INSTANCE } };
    const dispatched = new InMemoryApplication().dispatch(useCase, request);
    if (allowed) expect(await dispatched).toEqual({});
    else expect(await refusal(dispatched)).toMatchObject({ code: 'insufficient_scope' });
    expect(calls).toHaveLength(allowed ? 1 : 0);
  });

  const otherThanAgent: { readonly [useCase: string]: readonly string[] } = {
    verifyToken: [],
    browseConversations: ['agent', 'dashboard'],
    readAgentInstance: ['agent', 'dashboard'],
    readConversation: ['agent', 'dashboard'],
    setInstanceStatus: ['agent', 'dashboard'],
    answerQuestion: ['dashboard'],
    cancelAgentStop: ['dashboard'],
    deleteAccount: ['dashboard'],
    deleteAgentInstance: ['dashboard'],
    listAgentInstances: ['dashboard'],
    listAgentTypes: ['dashboard'],
    listDeletedInstances: ['dashboard'],
    listMessages: ['dashboard'],
    postponeQuestion: ['dashboard'],
    readAgentSummary: ['dashboard'],
    renameAgentInstance: ['dashboard'],
    restoreAgentInstance: ['dashboard'],
    searchMessages: ['dashboard'],
    stopAgent: ['dashboard'],
    stopAllAgents: ['dashboard'],
    writeToAgent: ['dashboard'],
    createApiKey: ['dashboard'],
    listApiKeys: ['dashboard'],
    revokeApiKey: ['dashboard'],
    addNotificationDestination: ['dashboard'],
    changeNotificationDestination: ['dashboard'],
    changeNotificationRules: ['dashboard'],
    listNotificationChannels: ['dashboard'],
    listNotificationDestinations: ['dashboard'],
    listNotifications: ['dashboard'],
    noteActive: ['dashboard'],
    readNotificationRules: ['dashboard'],
    removeNotificationDestination: ['dashboard'],
    testNotificationDestination: ['dashboard'],
  };

  test.each(Object.entries(useCases))('required by %s are the expected ones', (name, { scopes }) => {
    expect(scopes).toEqual(otherThanAgent[name] ?? ['agent']);
  });
});

describe('a use case', () => {
  test('gets parsed input without unknown fields', async () => {
    const { calls, useCase } = recordingUseCase();
    const raw = { agent_instance_id: INSTANCE, wait: 5, from_a_newer_client: { a: 1 } };
    await new InMemoryApplication().dispatch(useCase, { caller: aCaller(), input: raw });
    expect(calls[0]?.input).toEqual({ agent_instance_id: INSTANCE, wait: 5 });
  });

  test('gets its caller, no idempotency key, and the signals that end a wait', async () => {
    const { calls, useCase } = recordingUseCase();
    const application = new InMemoryApplication();
    const gone = new AbortController().signal;
    const caller = aCaller({ userId: userIdOf('grace') });
    const dispatch = createDispatch(application, application.stopping.signal);
    await dispatch(useCase, { caller, input: { agent_instance_id: INSTANCE }, clientGone: gone });
    await dispatch(useCase, { caller, input: { agent_instance_id: INSTANCE }, idempotencyKey: null });
    expect(calls).toEqual([
      expect.objectContaining({
        caller,
        idempotency: null,
        clientGone: gone,
        shuttingDown: application.stopping.signal,
      }),
      expect.objectContaining({ caller, idempotency: null, clientGone: null }),
    ]);
  });

  test('gets the idempotency key of its request, and the time', async () => {
    const { calls, useCase } = recordingUseCase();
    const request = { caller: aCaller(), input: { agent_instance_id: INSTANCE }, idempotencyKey: 'k' };
    await new InMemoryApplication().dispatch(useCase, request);
    expect(calls[0]?.idempotency).toMatchObject({ key: 'k', requestedAt: NOW });
  });
});

describe('invalid input', () => {
  const BAD_ID = { path: 'agent_instance_id', message: 'must be a UUID' };

  test.each<[useCase: keyof typeof registry, raw: object, code: string, paths: string[]]>([
    ['endSession', { agent_instance_id: 'x' }, 'invalid_id', ['agent_instance_id']],
    ['endSession', { agent_instance_id: '' }, 'invalid_id', ['agent_instance_id']],
    ['endSession', {}, 'invalid_input', ['agent_instance_id']],
    ['endSession', { agent_instance_id: null }, 'invalid_input', ['agent_instance_id']],
    ['heartbeat', { agent_instance_id: 'x' }, 'invalid_id', ['agent_instance_id']],
    ['requestUserInput', { message_id: 'x' }, 'invalid_id', ['message_id']],
    ['requestUserInput', {}, 'invalid_input', ['message_id']],
    [
      'readPendingMessages',
      { agent_instance_id: INSTANCE, last_read_message_id: 'x' },
      'invalid_id',
      ['last_read_message_id'],
    ],
    [
      'readPendingMessages',
      { agent_instance_id: 'x', last_read_message_id: 'x' },
      'invalid_id',
      ['agent_instance_id', 'last_read_message_id'],
    ],
    [
      'readPendingMessages',
      { agent_instance_id: 'x', wait: 301 },
      'invalid_input',
      ['agent_instance_id', 'wait'],
    ],
    ['readPendingMessages', { agent_instance_id: INSTANCE, wait: -1 }, 'invalid_input', ['wait']],
    ['readPendingMessages', { agent_instance_id: INSTANCE, wait: Number.NaN }, 'invalid_input', ['wait']],
    ['readPendingMessages', { agent_instance_id: INSTANCE, wait: Infinity }, 'invalid_input', ['wait']],
    ['readPendingMessages', { agent_instance_id: INSTANCE, wait: '5' }, 'invalid_input', ['wait']],
    ['sendAgentMessage', { agent_instance_id: INSTANCE }, 'invalid_input', ['content']],
    ['sendAgentMessage', {}, 'invalid_input', ['agent_instance_id', 'content']],
    ['sendAgentMessage', { agent_instance_id: INSTANCE, content: ' \u3000' }, 'invalid_input', ['content']],
    ['sendAgentMessage', { agent_instance_id: INSTANCE, content: 5 }, 'invalid_input', ['content']],
    [
      'sendAgentMessage',
      { agent_instance_id: INSTANCE, content: 'a', agent_type: '' },
      'invalid_input',
      ['agent_type'],
    ],
    [
      'sendAgentMessage',
      { agent_instance_id: INSTANCE, content: 'a', requires_user_input: 'yes' },
      'invalid_input',
      ['requires_user_input'],
    ],
    [
      'sendAgentMessage',
      { agent_instance_id: INSTANCE, content: 'a', send_push: 1, send_sms: 1, send_email: 1 },
      'invalid_input',
      ['send_email', 'send_push', 'send_sms'],
    ],
    [
      'sendAgentMessage',
      { agent_instance_id: INSTANCE, content: 'a', message_metadata: 'a' },
      'invalid_input',
      ['message_metadata'],
    ],
    ['sendUserMessage', { agent_instance_id: INSTANCE, content: '\ufeff' }, 'invalid_input', ['content']],
    [
      'sendUserMessage',
      { agent_instance_id: INSTANCE, content: 'a', mark_as_read: 0 },
      'invalid_input',
      ['mark_as_read'],
    ],
    ['startAgentInstance', {}, 'invalid_input', ['agent_type']],
    ['startAgentInstance', { agent_type: null }, 'invalid_input', ['agent_type']],
    ['startAgentInstance', { agent_type: ' \t' }, 'invalid_input', ['agent_type']],
    [
      'startAgentInstance',
      { agent_type: 'a', agent_instance_id: '{x}' },
      'invalid_id',
      ['agent_instance_id'],
    ],
    ['startAgentInstance', { agent_type: 'a', name: ' ' }, 'invalid_input', ['name']],
  ])('for %s, %j, fails with %s at %j', async (name, raw, code, paths) => {
    const useCase: UseCase = registry[name];
    const application = new InMemoryApplication();
    const refused = await refusal(application.dispatch(useCase, { caller: aCaller(), input: raw }));
    expect(refused.code).toBe(code);
    expect(refused.issues?.map(({ path }) => path).sort()).toEqual(paths);
    expect(refused.field).toBe(refused.issues?.[0]?.path);
    for (const { path, message } of refused.issues ?? [])
      expect(refused.message).toContain(`${path}: ${message}`);
  });

  test.each([
    ['content', 1_000_000],
    ['agent_type', 255],
  ])('includes a %s of a message with more than %i characters', async (name, limit) => {
    const step = (fields: object) => new InMemoryApplication().step(fields);
    expect(await step({ [name]: 'x'.repeat(limit) })).toMatchObject({ success: true });
    expect(await refusal(step({ [name]: 'x'.repeat(limit + 1) }))).toMatchObject({
      code: 'invalid_input',
      field: name,
    });
  });

  test.each(['agent_type', 'name', 'transport'])(
    'includes a %s of a new instance with more than 255 characters',
    async (name) => {
      const start = (length: number) =>
        new InMemoryApplication().call(useCases.startAgentInstance, {
          agent_type: 'a',
          [name]: 'x'.repeat(length),
        });
      expect(await start(255)).toMatchObject({ status: 'ACTIVE' });
      expect(await refusal(start(256))).toMatchObject({ code: 'invalid_input', field: name });
    },
  );

  test('gets an error that names the format of an id', async () => {
    const request = new InMemoryApplication().call(useCases.endSession, { agent_instance_id: 'x' });
    expect((await refusal(request)).issues).toEqual([BAD_ID]);
  });

  test('gets an error that names a missing field as required', async () => {
    const request = new InMemoryApplication().call(useCases.sendAgentMessage, { content: 'a' });
    expect((await refusal(request)).issues).toEqual([{ path: 'agent_instance_id', message: 'is required' }]);
  });

  test('includes metadata that is an array instead of an object', async () => {
    const step = new InMemoryApplication().step({ message_metadata: ['a'] });
    expect(await refusal(step)).toMatchObject({ code: 'invalid_input', field: 'message_metadata' });
  });

  test('is not repeated in the error, because it could be very long', async () => {
    const raw = { agent_instance_id: INSTANCE, content: 'a', requires_user_input: 'secret'.repeat(10_000) };
    const refused = await refusal(new InMemoryApplication().call(useCases.sendAgentMessage, raw));
    expect(refused.message.length).toBeLessThan(500);
  });
});

describe('an optional field', () => {
  test.each<[useCase: keyof typeof registry, raw: object, optional: string[]]>([
    [
      'sendAgentMessage',
      { agent_instance_id: INSTANCE, content: 'a', agent_type: 'a' },
      ['requires_user_input', 'git_diff', 'send_push', 'send_email', 'send_sms', 'message_metadata'],
    ],
    ['sendUserMessage', { agent_instance_id: INSTANCE, content: 'a' }, ['mark_as_read']],
    ['readPendingMessages', { agent_instance_id: INSTANCE }, ['last_read_message_id', 'wait']],
    ['startAgentInstance', { agent_type: 'a' }, ['agent_instance_id', 'name', 'transport']],
  ])('of %s may be null, which counts as absent', async (name, raw, optional) => {
    const useCase: UseCase = registry[name];
    const answers = [{}, Object.fromEntries(optional.map((name) => [name, null]))].map(async (fields) => {
      const application = new InMemoryApplication();
      if (name !== 'startAgentInstance') await application.step();
      return application.call(useCase, { ...raw, ...fields });
    });
    const [without, withNull] = await Promise.all(answers);
    expect(withNull).toEqual(without);
  });

  test('is the agent type for an existing instance', async () => {
    const application = new InMemoryApplication();
    await application.step();
    expect(await application.step({ agent_type: null })).toMatchObject({ success: true });
  });
});

describe('ids that clients write', () => {
  const OTHER_FORMS = [
    INSTANCE.toUpperCase(),
    INSTANCE.replaceAll('-', ''),
    INSTANCE.replaceAll('-', '').toUpperCase(),
  ];

  test.each(OTHER_FORMS)('%s are accepted, and returned in canonical form', async (agent_instance_id) => {
    const application = new InMemoryApplication();
    const canonical = { agent_instance_id: INSTANCE };
    const other = { agent_instance_id };
    expect(await application.step(other)).toMatchObject(canonical);
    expect(await application.step(canonical)).toMatchObject(canonical);
    await application.call(useCases.sendUserMessage, { ...other, content: 'a', mark_as_read: false });
    expect(await application.call(useCases.heartbeat, other)).toMatchObject(canonical);
    expect(await application.call(useCases.readPendingMessages, other)).toMatchObject({
      ...canonical,
      messages: [{ content: 'a' }],
    });
    expect(await application.call(useCases.endSession, other)).toMatchObject(canonical);
    const again = application.call(useCases.startAgentInstance, { ...other, agent_type: 'a' });
    expect(await refusal(again)).toMatchObject({ code: 'agent_instance_exists' });
  });

  test('are accepted in other forms for messages too', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step();
    await application.queue('hm');
    const read = { agent_instance_id: INSTANCE, last_read_message_id: message_id.toUpperCase() };
    const { messages, status } = await application.call(useCases.readPendingMessages, read);
    expect({ status, read: messages.length }).toEqual({ status: 'ok', read: 1 });
    const request = { message_id: message_id.replaceAll('-', '').toUpperCase() };
    expect(await application.call(useCases.requestUserInput, request)).toMatchObject({ message_id });
  });
});

describe('a request with an Idempotency-Key', () => {
  const key = { idempotencyKey: 'k' };

  test('that is repeated has one effect and one answer', async () => {
    const application = new InMemoryApplication();
    const first = await application.step({}, key);
    application.clock.advance(60_000);
    expect(await application.step({}, key)).toEqual(first);
    expect((await application.stored()).instance).toMatchObject({ lastPosition: 1, version: 1 });
  });

  test('that is repeated while it runs has one effect and one answer', async () => {
    const application = new InMemoryApplication();
    const answers = await Promise.all(Array.from({ length: 10 }, () => application.step({}, key)));
    expect(new Set(answers.map(({ message_id }) => message_id)).size).toBe(1);
    expect((await application.stored()).instance?.lastPosition).toBe(1);
  });

  test('returns the handed over messages again when it is repeated', async () => {
    const application = new InMemoryApplication();
    await application.step();
    await application.queue('hm');
    const first = await application.step({}, key);
    expect(first.queued_user_messages).toMatchObject([{ content: 'hm' }]);
    await application.queue('more');
    expect(await application.step({}, key)).toEqual(first);
  });

  test.each([
    ['another input', { content: 'another step' }],
    ['an additional field', { unknown: 1 }],
  ])('fails when it is repeated with %s', async (_case, fields) => {
    const application = new InMemoryApplication();
    await application.step({}, key);
    expect(await refusal(application.step(fields, key))).toMatchObject({ code: 'idempotency_key_reused' });
  });

  test('fails when it is repeated with another use case', async () => {
    const application = new InMemoryApplication();
    await application.call(
      useCases.heartbeat,
      { agent_instance_id: (await application.step()).agent_instance_id },
      key,
    );
    const other = application.call(useCases.endSession, { agent_instance_id: INSTANCE }, key);
    expect(await refusal(other)).toMatchObject({ code: 'idempotency_key_reused' });
  });

  test('is independent of another user’s request with the same key', async () => {
    const application = new InMemoryApplication();
    const { message_id } = await application.step({}, key);
    const eve = await application.step({}, { ...key, caller: aCaller({ userId: userIdOf('eve') }) });
    expect(eve.message_id).not.toBe(message_id);
  });

  test('has its scope checked before its answer is repeated', async () => {
    const application = new InMemoryApplication();
    await application.step({}, key);
    const request = application.step({}, { ...key, caller: aCaller({ scopes: ['dashboard'] }) });
    expect(await refusal(request)).toMatchObject({ code: 'insufficient_scope' });
  });

  test('that failed is decided again', async () => {
    const application = new InMemoryApplication();
    const say = () => application.queue('hm', key);
    expect(await refusal(say())).toMatchObject({ code: 'agent_instance_not_found' });
    await application.step();
    expect(await say()).toMatchObject({ success: true });
  });
});
