import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import type { Tenants } from '../../../src/adapters/mikro-orm/database/tenant-isolation.ts';
import { nextDue } from '../../../src/adapters/mikro-orm/statements/notifications/next-due.ts';
import { userId } from '../../../src/domain/ids.ts';
import { DATABASES } from '../../support/postgres/open-databases.ts';

const USERS = ['ada', 'bob'].map(userId);
const NOTIFICATIONS = 20_000;
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
      // Of every tenth notification something is left to do.
      await database.query(
        [user],
        `insert into notifications (user_id, id, event, created_at, is_planned, deliveries, next_at, version)
         select $1, gen_random_uuid(), 'question', now(), true, '[]',
           case when p % 10 = 0 then now() + p * interval '1 second' end, 1
         from generate_series(1, ${NOTIFICATIONS}) as p`,
        [user],
      );
    }
    // As the role of the connection: the request role may not analyze.
    await database.orm.em.fork().execute('analyze');
  });
  afterAll(() => Promise.all([...new Set(databases)].map((database) => database.close())));

  test('what is due next for all users is read from its index alone, however many notifications there are', async () => {
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
    await nextDue(explaining, LIMIT, []);
    expect(plan).toMatchObject({ 'Node Type': 'Limit', 'Actual Rows': LIMIT });
    // The policies add plans of their own, which read no table.
    const scans = plan!.Plans!.filter((part) => 'Relation Name' in part);
    expect(scans).toMatchObject([{ 'Node Type': 'Index Scan', 'Index Name': 'notifications_due' }]);
    expect(plan!['Shared Hit Blocks'] + plan!['Shared Read Blocks']).toBeLessThan(3 * LIMIT);
    const due = await nextDue(databases[1], LIMIT, []);
    expect(new Set(due.map(({ userId: user }) => user))).toEqual(new Set(USERS));
  });
});
