import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uuidV7 } from '../../../src/adapters/runtime/system.ts';
import * as useCases from '../../../src/application/use-cases/index.ts';
import type { LiveClient } from '../../support/live-client.ts';
import type { Comparison } from './fixture/compare-responses.ts';
import {
  createTenants,
  createTenantsWithSameIds,
  expectIndistinguishable,
} from './fixture/compared-tenants.ts';
import { OBSERVED_STORES } from './fixture/observed-stores.ts';
import type { Tenant } from './fixture/tenant.ts';
import { TenantServer } from './fixture/tenant-server.ts';
import { INSTANCES } from './requests/id-fields.ts';
import {
  EVENTS,
  EVENTS_OF_INSTANCE,
  openStream,
  sendStep,
  streamRequest,
} from './requests/stream-requests.ts';

/** Last event ids as a client may have received them. */
const EVENT_IDS_OF_INSTANCE = [null, '0.0', '1.1', '2.3', '99.99'];

describe.each(OBSERVED_STORES)('$name', ({ open }) => {
  let server: TenantServer;
  beforeAll(async () => {
    server = await TenantServer.start(open, { keepAliveIntervalMs: 20 });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(['GET', 'HEAD'] as const)(
    '%s of a stream of one instance answers a foreign id like an id that never existed',
    async (method) => {
      for (const tenants of [await createTenants(server), await createTenantsWithSameIds(server)]) {
        const comparisons = INSTANCES.flatMap((kind) =>
          EVENT_IDS_OF_INSTANCE.map(
            (after): Comparison => ({
              name: `${kind}, after ${after ?? 'nothing'}`,
              foreign: { agent_instance_id: tenants.owner.ids[kind] },
              unknown: { agent_instance_id: tenants.unused[kind] },
              send: streamRequest(server, EVENTS_OF_INSTANCE, { method, after }),
              // The streams of the tenants' own instances of the same id open, and have events.
              countsVary: tenants.sameIdInstances.length > 0 && method === 'GET',
            }),
          ),
        );
        await expectIndistinguishable(server, tenants, comparisons);
      }
    },
  );

  test("a stream that resumes after another user's event behaves as after an event that never existed", async () => {
    const tenants = await createTenantsWithSameIds(server);
    const openStreamWithEvents = async (tenant: Tenant) => {
      const stream = await openStream(server, tenant);
      await sendStep(server, tenant, tenant.ids['active instance'], 'kept for a client that resumes');
      await stream.waitForMessage('kept for a client that resumes');
      return stream;
    };
    // All three tenants have events that could be replayed.
    using _asking = await openStreamWithEvents(tenants.stranger);
    using _control = await openStreamWithEvents(tenants.control);
    using owners = await openStreamWithEvents(tenants.owner);
    const streamId = owners.lastId.split('.')[0]!;
    const unusedStreamId = uuidV7.next().replaceAll('-', '').slice(-16);
    const comparisons = [0, 1, 2, 99].flatMap((number) =>
      (['GET', 'HEAD'] as const).map((method) => ({
        name: `${method} after ${number}`,
        foreign: { last_event_id: `${streamId}.${number}` },
        unknown: { last_event_id: `${unusedStreamId}.${number}` },
        send: streamRequest(server, EVENTS, { method }),
        countsVary: method === 'GET',
      })),
    );
    await expectIndistinguishable(server, tenants, comparisons);
  });

  /** Causes every kind of event, in the instance of this id and in a new one. */
  async function causeAllEvents({ caller, secret }: Tenant, id: string, watching: LiveClient): Promise<void> {
    const { dispatch } = server;
    const input = { agent_instance_id: id };
    const request = { caller, input };
    const git_diff = `diff --git a/${secret}`;
    await dispatch(useCases.sendAgentMessage, { caller, input: { ...input, content: secret, git_diff } });
    await watching.waitForMessage(secret);
    await dispatch(useCases.heartbeat, request);
    await watching.event(({ type }) => type === 'agent_heartbeat');
    const question_text = `question, ${secret}`;
    const answered = dispatch(useCases.askQuestion, {
      caller,
      input: { ...input, question_text, wait_seconds: 60 },
    });
    await watching.event(({ data }) => data.agent_waiting === true);
    await dispatch(useCases.writeToAgent, { caller, input: { ...input, content: `answer, ${secret}` } });
    await answered;
    await dispatch(useCases.renameAgentInstance, { caller, input: { ...input, name: secret } });
    await dispatch(useCases.setInstanceStatus, { caller, input: { ...input, status: 'COMPLETED' } });
    await dispatch(useCases.deleteAgentInstance, request);
    await dispatch(useCases.restoreAgentInstance, request);
    const begun = { agent_type: secret, name: secret };
    await dispatch(useCases.startAgentInstance, { caller, input: begun });
  }

  test('no stream carries events of another user, even for instances of the same id', async () => {
    const [ann, bob] = [await server.newTenant(), await server.newTenant()];
    const id = uuidV7.next();
    for (const { caller, secret } of [ann, bob]) {
      const input = { agent_instance_id: id, agent_type: `type, ${secret}` };
      await server.dispatch(useCases.startAgentInstance, { caller, input });
    }
    using annsAll = await openStream(server, ann);
    using annsOne = await openStream(server, ann, id);
    using bobsAll = await openStream(server, bob);
    using bobsOne = await openStream(server, bob, id);
    const streams = [
      [ann, bob, [annsAll, annsOne]],
      [bob, ann, [bobsAll, bobsOne]],
    ] as const;
    await Promise.all(streams.map(([tenant, , [all]]) => causeAllEvents(tenant, id, all)));
    // Sent after all events of the other user, so none of those is still on its way.
    for (const last of ['a last thing', 'the very last']) {
      for (const [tenant, , both] of streams) {
        await sendStep(server, tenant, id, last);
        for (const stream of both) await stream.waitForMessage(last);
      }
    }
    for (const [own, other, both] of streams) {
      for (const stream of both) {
        await stream.event(({ type }) => type === 'heartbeat');
        const sent = JSON.stringify(stream.events);
        expect(sent).toContain(own.secret);
        for (const text of [other.userId, other.secret, ...Object.values(other.ids)]) {
          expect(sent).not.toContain(text);
        }
        expect(new Set(stream.events.map(({ type }) => type))).toEqual(
          new Set([
            'connected',
            'message',
            'message_update',
            'status_update',
            'git_diff_update',
            'agent_heartbeat',
            'heartbeat',
          ]),
        );
      }
    }
    const streamIds = [annsAll, bobsAll].map(
      ({ events }) => new Set(events.map(({ id: it }) => it.split('.')[0])),
    );
    expect(streamIds.map(({ size }) => size)).toEqual([1, 1]);
    expect([...streamIds[0]!]).not.toEqual([...streamIds[1]!]);
    expect(server.log.at('error')).toEqual([]);
  });

  test('no stream says that an agent of another user waits, even for instances of the same id', async () => {
    const [ann, bob] = [await server.newTenant(), await server.newTenant()];
    const id = uuidV7.next();
    for (const { caller } of [ann, bob]) {
      const input = { agent_instance_id: id, agent_type: 'x', content: 'Which?', requires_user_input: true };
      await server.dispatch(useCases.sendAgentMessage, { caller, input });
    }
    using anns = await openStream(server, ann, id);
    using bobs = await openStream(server, bob, id);
    using bobsAll = await openStream(server, bob);
    const input = { agent_instance_id: id, question_text: 'Which?', wait_seconds: 60 };
    const answered = server.dispatch(useCases.askQuestion, { caller: ann.caller, input });
    await anns.event(({ data }) => data.agent_waiting === true);
    await sendStep(server, bob, id, 'the last');
    for (const stream of [bobs, bobsAll]) {
      await stream.waitForMessage('the last');
      expect(stream.events.filter(({ data }) => data.agent_waiting === true)).toEqual([]);
    }
    const answer = { agent_instance_id: id, content: 'This.' };
    await server.dispatch(useCases.writeToAgent, { caller: ann.caller, input: answer });
    await answered;
  });
});
