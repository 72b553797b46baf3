import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import type { Tenants } from '../../../src/adapters/mikro-orm/database/tenant-isolation.ts';
import { nextDeadlines } from '../../../src/adapters/mikro-orm/statements/conversations/next-deadlines.ts';
import { userId } from '../../../src/domain/ids.ts';
import { agentTypeIdOf, instanceIdOf } from '../../support/builders.ts';
import { DATABASES } from '../../support/postgres/open-databases.ts';

const USERS = ['ada', 'bob'].map(userId);
const MESSAGES = 20_000;
const LIMIT = 20;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

describe.each(DATABASES)('%s', (_name, _isolation, open) => {
  let databases: [Database, Database];

  beforeAll(async () => {
    databases = await open();
    const [database] = databases;
    await database.migrate();
    for (const user of USERS) {
      // Every fifth message is an open question, and every tenth has a deadline.
      await database.query(
        [user],
        `with type as (
           insert into agent_types (user_id, id, name, created_at) values ($1, $2, 'codex', now())
         ), instance as (
           insert into agent_instances (user_id, id, agent_type_id, status, started_at, last_position, step_count,
             last_activity_at, version)
           values ($1, $3, $2, 'AWAITING_INPUT', now(), ${MESSAGES}, 0, now(), 1)
         )
         insert into messages (user_id, id, agent_instance_id, position, sender_type, content, created_at,
           requires_user_input, question_status, expires_at)
         select $1, gen_random_uuid(), $3, p, 'AGENT', 'message', now(), p % 5 = 0,
           case when p % 5 = 0 then 'open' end,
           case when p % 10 = 0 then now() + p * interval '1 second' end
         from generate_series(1, ${MESSAGES}) as p`,
        [user, agentTypeIdOf(1), instanceIdOf(1)],
      );
    }
    // As the role of the connection: the request role may not analyze.
    await database.orm.em.fork().execute('analyze');
  });
  afterAll(() => Promise.all([...new Set(databases)].map((database) => database.close())));

  test('the next deadlines of all users are read from their index alone, however many messages there are', async () => {
    let plan: Plan | undefined;
    const explaining = {
      query: async (tenants: Tenants, sql: string, parameters: readonly unknown[]) => {
        const [row] = await databases[0].query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
          tenants,
          `explain (analyze, buffers, format json) ${sql}`,
          parameters,
        );
        plan = row!['QUERY PLAN'][0].Plan;
        return [];
      },
    } as unknown as Database;
    await nextDeadlines(explaining, LIMIT);
    expect(plan).toMatchObject({ 'Node Type': 'Limit', 'Actual Rows': LIMIT });
    // The policies add plans of their own, which read no table.
    const scans = plan!.Plans!.filter((part) => 'Relation Name' in part);
    expect(scans).toMatchObject([{ 'Node Type': 'Index Scan', 'Index Name': 'messages_deadlines' }]);
    expect(plan!['Shared Hit Blocks'] + plan!['Shared Read Blocks']).toBeLessThan(3 * LIMIT);
    const deadlines = await nextDeadlines(databases[1], LIMIT);
    expect(new Set(deadlines.map(({ userId: user }) => user))).toEqual(new Set(USERS));
  });
});
