import { Migration } from '@mikro-orm/migrations';

/** The same policies as for the other tables: see the initial migration. */
const OF_LISTED_USERS = `user_id in (
  select unnest(nullif(current_setting('agent_dashboard.users', true), '')::text[]))`;
const IN_MAINTENANCE = `(select current_setting('agent_dashboard.maintenance', true)) = 'on'`;

/** Adds what the authorization server keeps, and which client an API key was made for. */
export class AddOAuth extends Migration {
  override up(): void {
    this.addSql('alter table api_keys add column client json null');
    this.addSql(`create table authorization_records (
      kind text collate "C" not null,
      id_hash text collate "C" not null,
      user_id text collate "C" null,
      grant_id text collate "C" null,
      user_code_hash text collate "C" null,
      payload json not null,
      expires_at timestamptz(3) not null,
      used_at timestamptz(3) null,
      primary key (kind, id_hash)
    )`);
    for (const [name, column] of [
      ['user', 'user_id'],
      ['grant', 'grant_id'],
      ['user_code', 'user_code_hash'],
    ]) {
      this.addSql(
        `create index authorization_records_${name} on authorization_records (${column}) where ${column} is not null`,
      );
    }
    this.addSql('create index authorization_records_expiry on authorization_records (expires_at)');
    this.#isolateUsers();
  }

  override down(): void {
    this.addSql('drop table authorization_records');
    this.addSql('alter table api_keys drop column client');
  }

  /** Whoever sends an id may read its record. So maintenance reads and writes them all. */
  #isolateUsers(): void {
    const table = 'authorization_records';
    this.addSql(`create policy listed_users on ${table}
      using (${OF_LISTED_USERS}) with check (${OF_LISTED_USERS})`);
    this.addSql(`create policy maintenance on ${table}
      using (${IN_MAINTENANCE}) with check (${IN_MAINTENANCE})`);
    this.addSql(`alter table ${table} enable row level security, force row level security`);
  }
}
