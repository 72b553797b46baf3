import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uuidV7 } from '../../../src/adapters/runtime/system.ts';
import * as useCases from '../../../src/application/use-cases/index.ts';
import { agentInstanceId, type UserId } from '../../../src/domain/ids.ts';
import { aCaller, userIdOf } from '../../support/builders.ts';
import { OBSERVED_STORES } from './fixture/observed-stores.ts';
import { TenantServer } from './fixture/tenant-server.ts';

const COMPOSED = 'zo\u00eb';
const LONG = 'u'.repeat(254);

/** Each of these is another user, however similar they look to a person, a collation or an array literal. */
const LOOK_ALIKES = [
  ...['ann', 'Ann', 'ANN', 'ann ', ' ann', 'ann\t', 'ann\n', 'ann\u00a0', 'ann\u200b', 'ann\u0001'],
  ...[
    COMPOSED,
    COMPOSED.normalize('NFD'),
    '\uff41nn',
    '\u0430nn',
    'ı',
    'i',
    'I',
    'İ',
    'ß',
    'ss',
    '\u{1f600}',
  ],
  ...[`${LONG}a`, `${LONG}b`, LONG, '\u{1f600}'.repeat(127)],
  ...['{ann}', '{ann,bob}', 'ann,bob', '"ann"', '"ann","bob"', 'ann","bob', 'ann"', "ann'", "ann''", 'ann\\'],
  ...[
    'ann\\"',
    '\\',
    '\\\\',
    '{',
    '}',
    '{}',
    '","',
    'NULL',
    'null',
    '%',
    'ann%',
    '_nn',
    '*',
    '$1',
    '?',
    ':user_id',
  ],
  ...[
    "'; drop table messages; --",
    '__proto__',
    'constructor',
    '[object Object]',
    '0',
    '00',
    '-',
    '[]',
    '["ann"]',
  ],
].map(userIdOf);

describe.each(OBSERVED_STORES)('$name', ({ open }) => {
  let server: TenantServer;
  beforeAll(async () => {
    server = await TenantServer.start(open);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const as = (userId: UserId) => aCaller({ userId, scopes: ['agent', 'dashboard'] });
  const all = <Result>(work: (user: UserId, nth: number) => Promise<Result>) =>
    Promise.all(LOOK_ALIKES.map(work));

  test('users with similar ids can use the same instance ids and idempotency keys at once', async () => {
    const id = uuidV7.next();
    const idempotencyKey = uuidV7.next();
    const input = { agent_instance_id: id, agent_type: 'alike' };
    const made = () =>
      all((user) =>
        server.dispatch(useCases.startAgentInstance, { caller: as(user), input, idempotencyKey }),
      );
    const first = await made();
    expect(new Set(first.map(({ agent_type_id }) => agent_type_id)).size).toBe(LOOK_ALIKES.length);
    expect(await made()).toEqual(first);

    await all((user, nth) =>
      server.dispatch(useCases.sendUserMessage, {
        caller: as(user),
        input: { agent_instance_id: id, content: `for ${nth}`, mark_as_read: false },
        idempotencyKey: 'another',
      }),
    );
    const handed = await all((user, nth) =>
      server.dispatch(useCases.sendAgentMessage, {
        caller: as(user),
        input: { agent_instance_id: id, content: `by ${nth}` },
      }),
    );
    expect(
      handed.map(({ queued_user_messages }) => queued_user_messages.map(({ content }) => content)),
    ).toEqual(LOOK_ALIKES.map((_, nth) => [`for ${nth}`]));
    const seen = await all((user) =>
      server.dispatch(useCases.readConversation, { caller: as(user), input: { agent_instance_id: id } }),
    );
    expect(seen.map(({ messages }) => messages.map(({ content }) => content))).toEqual(
      LOOK_ALIKES.map((_, nth) => [`for ${nth}`, `by ${nth}`]),
    );
  });

  test('users with similar ids cannot find what the others own', async () => {
    const ids = await all(async (user) => {
      const input = { agent_type: 'alone' };
      return (await server.dispatch(useCases.startAgentInstance, { caller: as(user), input }))
        .agent_instance_id;
    });
    const keys = await all(async (user) => {
      const input = { name: 'alone' };
      return (await server.dispatch(useCases.createApiKey, { caller: as(user), input })).id;
    });
    const found: string[] = [];
    for (const [nth, id] of ids.entries()) {
      await all(async (user, other) => {
        if (other === nth) return;
        const heard = server.dispatch(useCases.heartbeat, {
          caller: as(user),
          input: { agent_instance_id: id },
        });
        await heard.then(() => found.push(`${user} and ${LOOK_ALIKES[nth]}`)).catch(() => {});
      });
    }
    expect(found).toEqual([]);
    const listed = await all(async (user) => {
      const { agent_instances } = await server.dispatch(useCases.listAgentInstances, {
        caller: as(user),
        input: {},
      });
      const { api_keys } = await server.dispatch(useCases.listApiKeys, { caller: as(user), input: {} });
      return [
        agent_instances.filter(({ agent_type_name }) => agent_type_name === 'alone').map(({ id }) => id),
        api_keys.map(({ id }) => id),
      ];
    });
    expect(listed).toEqual(LOOK_ALIKES.map((_, nth) => [[ids[nth]], [keys[nth]]]));
  });

  test('the same instance id of two tenants is two instances', async () => {
    const [owner, other] = [await server.newTenant(), await server.newTenant()];
    const id = owner.ids['active instance'];
    const kept = await server.store.storedText(owner.userId);
    const input = { agent_instance_id: id, agent_type: 'another' };
    const made = await server.dispatch(useCases.startAgentInstance, { caller: other.caller, input });
    expect(made).toMatchObject({ agent_instance_id: id, agent_type_name: 'another', name: null });
    await server.dispatch(useCases.endSession, { caller: other.caller, input: { agent_instance_id: id } });
    expect(await server.store.storedText(owner.userId)).toBe(kept);
  });

  test('a wait for an instance or question of another user ends at once', async () => {
    const [owner, other] = [await server.newTenant(), await server.newTenant()];
    const { caller } = other;
    const refused = (work: Promise<unknown>) =>
      work.then(
        () => 'an answer',
        ({ code }: { code: string }) => code,
      );
    for (const { ids } of [
      owner,
      { ids: { 'active instance': uuidV7.next(), 'open question': uuidV7.next() } },
    ]) {
      const pending = { agent_instance_id: ids['active instance'], wait: 300 };
      expect(await refused(server.dispatch(useCases.readPendingMessages, { caller, input: pending }))).toBe(
        'agent_instance_not_found',
      );
      const question = { question_id: ids['open question'], wait_seconds: 86_400 };
      expect(await refused(server.dispatch(useCases.askQuestion, { caller, input: question }))).toBe(
        'question_not_found',
      );
    }
  });

  test("a failing update of one tenant does not affect the other tenants' updates in its batch", async () => {
    const [bad, good] = [await server.newTenant(), await server.newTenant()];
    const { repository } = server.store.ports;
    const id = agentInstanceId(good.ids['active instance']);
    // The same instance id puts both in one lane, so they are in the same batch.
    await server.dispatch(useCases.startAgentInstance, {
      caller: bad.caller,
      input: { agent_instance_id: id, agent_type: 'bad' },
    });
    const spoiled = repository.update({ userId: bad.userId, agentInstanceId: id }, ({ instance }) => ({
      output: null,
      changes: {
        instance: { ...instance!, name: 'no database keeps \0', version: instance!.version + 1 },
        posted: [],
        amended: [],
        gitDiff: undefined,
      },
      record: null,
    }));
    const thrown = repository.update({ userId: bad.userId, agentInstanceId: id }, () => {
      throw new Error('on purpose');
    });
    const published = server.store.published.length;
    const steps = Array.from({ length: 3 }, (_, nth) =>
      server.dispatch(useCases.sendAgentMessage, {
        caller: good.caller,
        input: { agent_instance_id: id, content: `step ${nth}` },
      }),
    );
    const outcomes = await Promise.allSettled([spoiled, thrown]);
    expect(outcomes[1].status).toBe('rejected');
    expect((await Promise.all(steps)).map(({ step_number }) => step_number)).toEqual([3, 4, 5]);
    const heard = server.store.published.slice(published).filter(({ userId }) => userId === good.userId);
    expect(heard.length).toBeGreaterThan(0);
  });
});
