import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { RunningServer } from '../support/servers/running-server.ts';
import { AgentClient } from './agent-client.ts';
import { expectRepeatable, expectStoredOnce } from './step-assertions.ts';
import { StepLoad } from './step-load.ts';
import { freshStore, STORES, storedMessages } from './stores.ts';

/** The second crash hits what the first one left behind. PGlite starts too slowly for two. */
const CRASHES = { PGlite: 1, PostgreSQL: 2 } as const;

describe.concurrent.each(STORES)('kill -9 of the server on %s', (kind) => {
  test('loses nothing that was acknowledged, and a repeat with its key has one effect', async () => {
    await using store = await freshStore(kind);
    const loads: StepLoad[] = [];
    for (let crash = 0; crash < CRASHES[kind]; crash += 1) {
      await using server = await RunningServer.start(store.env);
      for (const load of loads) await expectRepeatable(server, load);
      const load = new StepLoad(server);
      loads.push(load);
      await load.more(150);
      await server.kill9();
      await load.done;
      expect(load.refusals).toEqual([]);
      expect(load.acknowledged.length).toBeGreaterThanOrEqual(150);
      expect(load.unknown.length).toBeGreaterThan(0);
    }
    await using server = await RunningServer.start(store.env);
    for (const load of loads) await expectRepeatable(server, load);
    expect(await server.stop()).toBe(0);

    const messages = await storedMessages(store.env);
    for (const load of loads) {
      const instances = new Set(load.steps.map((step) => step.agent_instance_id));
      expectStoredOnce(
        messages.filter((message) => instances.has(message.agent_instance_id)),
        load,
      );
    }
    expect(messages).toHaveLength(loads.flatMap(({ steps }) => steps).length);
  });
});

// With one client each batch holds one step, so running the batch again cannot hide its failure.
describe.concurrent('a PostgreSQL that drops every connection', () => {
  test.each([
    { clients: 12, instances: 4 },
    { clients: 1, instances: 1 },
  ])(
    'gives $clients clients 503 with Retry-After at worst, loses nothing, and wakes waiters',
    async (size) => {
      await using store = await freshStore('PostgreSQL');
      await using server = await RunningServer.start(store.env);
      const agent = new AgentClient(server, randomUUID());
      const question = await agent.ask('still there?');
      // Longer than the load lasts, also on a busy machine.
      const waiting = await agent.waiting(question.id, 290);

      const load = new StepLoad(server, size);
      // With one client, by chance none of ten drops may hit a request.
      for (let round = 0; round < 10 || load.refusals.length === 0; round += 1) {
        await load.more(size.clients * 3);
        expect(await dropConnections(store.env.DATABASE_URL)).toBeGreaterThan(0);
      }
      await load.more(size.clients * 3);
      await load.stop();

      // No client has ended because of an answer, so every answer was 200 or 503.
      expect(load.unknown).toEqual([]);
      expect(load.refusals.length).toBeGreaterThan(0);
      for (const refusal of load.refusals) {
        expect(refusal).toEqual({ status: 503, retryAfter: expect.stringMatching(/^\d+$/) });
      }
      const answerId = await agent.answer('yes');
      expect((await waiting.answer).messages.map(({ id }) => id)).toEqual([answerId]);
      expect((await fetch(`${server.url}/ready`)).status).toBe(200);

      await expectRepeatable(server, load);
      expect(await server.stop()).toBe(0);
      const messages = await storedMessages(store.env);
      expectStoredOnce(
        messages.filter((message) => message.agent_instance_id !== agent.instance),
        load,
      );
    },
  );
});

/**
 * Drops all other connections of a database.
 * @returns how many there were.
 */
async function dropConnections(connectionString: string | undefined): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    );
    return rows.length;
  } finally {
    await client.end();
  }
}
