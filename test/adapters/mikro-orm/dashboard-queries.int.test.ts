import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import type { Tenants } from '../../../src/adapters/mikro-orm/database/tenant-isolation.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { MikroOrmDashboardQueries } from '../../../src/adapters/mikro-orm/repositories/dashboard-queries.ts';
import type { AgentInstanceId } from '../../../src/domain/ids.ts';
import type { DashboardQueries, InstanceCriteria } from '../../../src/ports/storage/dashboard-queries.ts';
import { agentTypeIdOf, instanceIdOf, NOW, userIdOf } from '../../support/builders.ts';
import { createDatabase } from '../../support/postgres/postgres-database.ts';

const ADA = userIdOf('ada');
const SHORT = instanceIdOf(1);
const LONG = instanceIdOf(2);
const OTHERS = 2_000;
const NOBODY: ReadonlySet<AgentInstanceId> = new Set();

let database: Database;
let asked: { sql: string; parameters: readonly unknown[] }[];
let queries: DashboardQueries;

beforeAll(async () => {
  database = await openPostgres(await createDatabase(inject('postgresUrl')));
  await database.migrate();
  asked = [];
  const recorded = Object.create(database, {
    query: {
      value: (tenants: Tenants, sql: string, parameters: readonly unknown[]) => {
        asked.push({ sql, parameters });
        return database.query(tenants, sql, parameters);
      },
    },
  });
  queries = new MikroOrmDashboardQueries(recorded);

  await database.query(
    [ADA],
    `insert into agent_types (user_id, id, name, created_at) values ('ada', $1, 'claude-code', now())`,
    [agentTypeIdOf(1)],
  );
  // One short and one long conversation, and many older instances.
  await database.query(
    [ADA],
    `insert into agent_instances (user_id, id, agent_type_id, status, started_at, last_position, step_count,
       last_activity_at, version)
     select 'ada', ('00000000-aaaa-7000-8000-' || lpad(to_hex(nth), 12, '0'))::uuid, $1, 'COMPLETED',
       timestamptz '2026-01-01' - nth * interval '1 minute', positions, 0, now(), positions
     from generate_series(1, ${OTHERS}) as nth
     cross join lateral (select case nth when 1 then 10 when 2 then 10000 else 1 end as positions) p`,
    [agentTypeIdOf(1)],
  );
  await database.query(
    [ADA],
    `insert into messages (user_id, id, agent_instance_id, position, sender_type, content, created_at,
       requires_user_input, read_at, read_version, question_status, question_version)
     select a.user_id, gen_random_uuid(), a.id, p, case when p % 3 = 0 then 'USER' else 'AGENT' end, 'message', now(),
       p % 10 = 1, case when p % 3 = 0 then now() end, p, case when p % 10 = 1 then 'answered' end,
       case when p % 10 = 1 then p end
     from agent_instances a cross join lateral generate_series(1, a.last_position) as p`,
    [],
  );
  // As the role of the connection: the request role may not analyze.
  await database.orm.em.fork().execute('analyze');
});
afterAll(() => database.close());

/** Returns the number of blocks that one call reads. Requires that the call is one statement. */
async function blocksOf(call: () => Promise<unknown>): Promise<number> {
  asked.length = 0;
  await call();
  expect(asked).toHaveLength(1);
  const { sql, parameters } = asked[0]!;
  const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: { [name: string]: number } }] }>(
    [ADA],
    `explain (analyze, buffers, format json) ${sql}`,
    parameters,
  );
  const { Plan: plan } = row!['QUERY PLAN'][0];
  return plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
}

const open = (id: AgentInstanceId) =>
  queries.readConversation(ADA, id, { limit: 10, before: null, waitingHere: NOBODY, withGitDiff: true });
const list = (criteria: Partial<InstanceCriteria> = {}) =>
  queries.listInstances(ADA, {
    limit: 10,
    after: null,
    status: null,
    staleBefore: NOW,
    agentType: null,
    waitingHere: NOBODY,
    ...criteria,
  });

describe('a read costs', () => {
  test('as much for a conversation of 10,000 messages as for one of ten', async () => {
    const short = await blocksOf(() => open(SHORT));
    expect(await blocksOf(() => open(LONG))).toBeLessThanOrEqual(short + 5);
  });

  test('as much for what changed in a long conversation as in a short one', async () => {
    const since = (id: AgentInstanceId, version: number) =>
      queries.changesSince(ADA, id, { version, position: version }, { limit: 100, waitingHere: NOBODY });
    const short = await blocksOf(() => since(SHORT, 9));
    expect(await blocksOf(() => since(LONG, 9_999))).toBeLessThanOrEqual(short + 5);
  });

  test.each([
    ['all', {}],
    ['those of one type', { agentType: { id: agentTypeIdOf(1) } }],
  ] as const)('as much for the last page of %s as for the first', async (_, criteria) => {
    const first = await blocksOf(() => list(criteria));
    const place = {
      id: instanceIdOf(OTHERS - 20),
      startedAt: new Date(Date.UTC(2026, 0, 1, 0, 20 - OTHERS)),
    };
    const last = () => list({ ...criteria, after: place });
    expect((await last())?.instances.map(({ instance }) => instance.id)).toEqual(
      Array.from({ length: 10 }, (_, nth) => instanceIdOf(OTHERS - 19 + nth)),
    );
    expect(await blocksOf(last)).toBeLessThanOrEqual(first + 20);
  });

  test('one statement for all agent types with their latest instances', async () => {
    await blocksOf(() => queries.agentTypes(ADA, { recent: 5, waitingHere: NOBODY }));
  });
});
