import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { MAINTENANCE, type Tenants } from '../../../src/adapters/mikro-orm/database/tenant-isolation.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { loadConversations } from '../../../src/adapters/mikro-orm/statements/conversations/load-conversations.ts';
import { saveChanges } from '../../../src/adapters/mikro-orm/statements/conversations/save-changes.ts';
import { agentInstanceId, type UserId, userId } from '../../../src/domain/ids.ts';
import { anAgentInstance, aQuestion } from '../../support/builders.ts';
import { createDatabaseWithRole } from '../../support/postgres/postgres-database.ts';

const ada = userId('ada');
const bob = userId('bob');
/** User ids that could break a PostgreSQL array, a setting or JSON. */
const STRANGE = [
  '{',
  '}',
  '"',
  '\\',
  ',',
  ' ',
  'null',
  'NULL',
  "it's",
  'a","b',
  '𝔄da ✓',
  '\n\t',
  '{ada}',
].map(userId);

const REFUSED = /row-level security/;

describe.each([
  ['role', 'superuser'],
  ['forced', ''],
] as const)('row level security, %s', (isolation, privileges) => {
  let database: Database;
  /** One record and one agent type for each user. */
  const everybody = [ada, bob, ...STRANGE];

  beforeAll(async () => {
    database = await openPostgres(await createDatabaseWithRole(inject('postgresUrl'), privileges));
    await database.migrate();
    for (const user of everybody) {
      await database.query(
        [user],
        `with new_type as (insert into agent_types values ($1, gen_random_uuid(), 'codex', now()))
         insert into idempotency_records values ($1, 'key', 'fingerprint', 'answer', now())`,
        [user],
      );
    }
  });
  afterAll(() => database.close());

  const seen = async (tenants: Tenants, table = 'agent_types') => {
    const rows = await database.query<{ user_id: string }>(tenants, `select user_id from ${table}`, []);
    return rows.map(({ user_id }) => user_id).toSorted();
  };

  test('is the isolation of this database', async () => {
    expect(await database.tenantIsolation()).toBe(isolation);
  });

  test('a statement without a condition on the user sees only the users it is about', async () => {
    expect(await seen([ada])).toEqual([ada]);
    expect(await seen([ada, bob, ada])).toEqual([ada, bob]);
    expect(await seen([userId('nobody')])).toEqual([]);
    expect(await seen([])).toEqual([]);
  });

  test.each(STRANGE)('a user may be called %j', async (user) => {
    expect(await seen([user])).toEqual([user]);
    expect(await seen([bob, user])).toEqual([bob, user].toSorted());
  });

  test('no user is visible without the setting, nor after the transaction that had set it', async () => {
    const unset = async () => {
      const [row] = await database.orm.em.transactional(async (em) => {
        if (isolation === 'role') await em.execute('set local role agent_dashboard_requests');
        return await em.execute<{ users: string | null; seen: number; pid: number }[]>(
          `select current_setting('agent_dashboard.users', true) as users, pg_backend_pid() as pid,
             (select count(*)::int from agent_types) as seen`,
        );
      });
      return row!;
    };
    const before = await unset();
    expect(before.seen).toBe(0);
    expect(await seen([ada])).toEqual([ada]);
    // The same connection: the pool returns the one that was released last.
    expect(await unset()).toEqual({ ...before, users: '' });
  });

  test('a row of another user can be neither written, changed, taken over nor deleted', async () => {
    const insert = `insert into agent_types values ('bob', gen_random_uuid(), 'mine', now())`;
    await expect(database.query([ada], insert, [])).rejects.toThrow(REFUSED);
    await expect(database.query([ada], `update agent_types set user_id = 'bob'`, [])).rejects.toThrow(
      REFUSED,
    );
    await database.query([ada], `update agent_types set name = 'hers'`, []);
    await database.query([ada], `delete from agent_types where user_id = 'bob'`, []);
    const types = await database.query<{ name: string }>(
      [ada, bob],
      'select name from agent_types order by user_id',
      [],
    );
    expect(types.map(({ name }) => name)).toEqual(['hers', 'codex']);
  });

  test('maintenance reaches only the tables that have a policy for it', async () => {
    expect(await seen(MAINTENANCE, 'idempotency_records')).toEqual(everybody.toSorted());
    expect(await seen(MAINTENANCE)).toEqual([]);
    const insert = `insert into idempotency_records values ('bob', 'forged', '', '', now())`;
    await expect(database.query(MAINTENANCE, insert, [])).rejects.toThrow(REFUSED);
    await database.query(MAINTENANCE, `update idempotency_records set answer = 'forged'`, []);
    const answers = await database.query<{ answer: string }>(
      [bob],
      'select answer from idempotency_records',
      [],
    );
    expect(answers).toEqual([{ answer: 'answer' }]);
  });

  test('a transaction of the ORM sees only the users it is about, and the next statement only its own', async () => {
    const names = await database.transaction([bob, ...STRANGE], async (em) => {
      await em.execute('select 1');
      return await em.execute<{ user_id: string }[]>('select user_id from agent_types');
    });
    expect(names.map(({ user_id }) => user_id).toSorted()).toEqual([bob, ...STRANGE].toSorted());
    expect(await seen([ada])).toEqual([ada]);
  });

  test('hot statements find rows by their keys, one by one', async () => {
    const plans: string[] = [];
    const explaining = {
      queryInBatch: async (tenants: Tenants, sql: string) => {
        const lines = await database.transaction(tenants, (em) =>
          em.execute<{ 'QUERY PLAN': string }[]>(`explain (generic_plan) ${sql}`),
        );
        plans.push(lines.map((line) => line['QUERY PLAN']).join('\n'));
        return [];
      },
    } as unknown as Database;
    const id = agentInstanceId('7c9e6679-7425-40de-944b-e07fc1f90ae7');
    await loadConversations(explaining, [{ userId: ada, agentInstanceId: id }]);
    const noNotification = { channel: '', payloads: [] };
    await saveChanges(explaining, [], [], noNotification);
    const instance = anAgentInstance({ id });
    const changes = {
      instance,
      posted: [aQuestion({ agentInstanceId: id })],
      amended: [],
      gitDiff: undefined,
    };
    await saveChanges(explaining, [{ userId: ada, before: instance, changes }], [], noNotification);
    expect(plans.at(-1)).toContain('notifications_pkey');
    for (const plan of plans) {
      expect(plan).toContain('hashed SubPlan');
      expect(plan).not.toMatch(/Seq Scan|Hash Join|Merge Join/);
      const conditions = plan.match(/Index Cond: .*/g);
      expect(conditions?.filter((condition) => !condition.includes('(user_id = '))).toEqual([]);
    }
    expect(plans).toHaveLength(3);
  });
});

test('the users of a statement are enforced even if its conditions forget them', async () => {
  await using stack = new AsyncDisposableStack();
  const database = await openPostgres(await createDatabaseWithRole(inject('postgresUrl'), 'superuser'));
  stack.defer(() => database.close());
  await database.migrate();
  const messageOf = async (user: UserId, id: string) => {
    await database.query(
      [user],
      `insert into messages (user_id, id, agent_instance_id, position, sender_type, content, created_at, requires_user_input)
       values ($1, $2, gen_random_uuid(), 1, 'AGENT', 'for my eyes only', now(), false)`,
      [user, id],
    );
    return id;
  };
  const his = await messageOf(bob, '00000000-0000-7000-8000-000000000001');
  // `messageInstance` without its condition on the user.
  const withoutUser = 'select content from messages where id = $1';
  expect(await database.query([ada], withoutUser, [his])).toEqual([]);
  expect(await database.query([bob], withoutUser, [his])).toHaveLength(1);
});
