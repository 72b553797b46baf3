import { Migration } from '@mikro-orm/migrations';

const TABLES = [
  'agent_types',
  'agent_instances',
  'messages',
  'idempotency_records',
  'api_keys',
  'open_waits',
];

/** Says nothing of any user. */
const PROCESSES = 'waiting_processes';

/** What maintenance does to every user's rows, table by table; to the rest it is a stranger. */
const MAINTENANCE: readonly (readonly [table: string, command: 'select' | 'delete' | 'all'])[] = [
  ['idempotency_records', 'select'],
  ['idempotency_records', 'delete'],
  ['api_keys', 'select'],
  ['open_waits', 'all'],
];

/**
 * The users that the transaction's setting lists; none where it is not set (null) or no longer (''). One
 * hash table a statement, since it depends on no row. As "= any (the list)" it was part of each index look-up,
 * which sorted the list again for every row: a load of 32 instances took 1.7 times as long, instead of 1.3.
 */
const OF_LISTED_USERS = `user_id in (
  select unnest(nullif(current_setting('agent_dashboard.users', true), '')::text[]))`;

const IN_MAINTENANCE = `(select current_setting('agent_dashboard.maintenance', true)) = 'on'`;

/** Row level security: the second wall between tenants. Forced, so that it holds for the owner too. */
export class RowLevelSecurity extends Migration {
  override up(): void {
    for (const table of TABLES) {
      this.addSql(`create policy listed_users on ${table}
        using (${OF_LISTED_USERS}) with check (${OF_LISTED_USERS})`);
    }
    for (const [table, command] of MAINTENANCE) {
      this.addSql(
        `create policy maintenance_${command} on ${table} for ${command} using (${IN_MAINTENANCE})`,
      );
    }
    this.addSql(`create policy everybody on ${PROCESSES} using (true)`);
    for (const table of [...TABLES, PROCESSES]) {
      this.addSql(`alter table ${table} enable row level security, force row level security`);
    }
  }

  override down(): void {
    for (const table of [...TABLES, PROCESSES]) {
      this.addSql(`alter table ${table} no force row level security, disable row level security`);
    }
    this.addSql(`drop policy everybody on ${PROCESSES}`);
    for (const table of TABLES) {
      this.addSql(`drop policy listed_users on ${table}`);
    }
    for (const [table, command] of MAINTENANCE) {
      this.addSql(`drop policy maintenance_${command} on ${table}`);
    }
  }
}
