import { Migration } from '@mikro-orm/migrations';

/** As in the migration of row level security, which never changes. */
const OF_LISTED_USERS = `user_id in (
  select unnest(nullif(current_setting('agent_dashboard.users', true), '')::text[]))`;

const IN_MAINTENANCE = `(select current_setting('agent_dashboard.maintenance', true)) = 'on'`;

/** Users who were deleted, and what finds instances that were kept for long enough. */
export class DataRemoval extends Migration {
  override up(): void {
    this.addSql(`create table deleted_users (
      user_id text collate "C" not null,
      begun_at timestamptz(3) not null,
      finished_at timestamptz(3) null,
      primary key (user_id)
    )`);
    this.addSql(`create policy listed_users on deleted_users
      using (${OF_LISTED_USERS}) with check (${OF_LISTED_USERS})`);
    this.addSql(`create policy maintenance_select on deleted_users for select using (${IN_MAINTENANCE})`);
    this.addSql('alter table deleted_users enable row level security, force row level security');

    // Both change when an instance ends or is deleted, and with no message.
    this.addSql(
      'create index agent_instances_ended on agent_instances (ended_at) where ended_at is not null',
    );
    this.addSql(
      'create index agent_instances_deleted on agent_instances (deleted_at) where deleted_at is not null',
    );
    // Retention finds instances as maintenance, and deletes them as statements about their users.
    this.addSql(`create policy maintenance_select on agent_instances for select using (${IN_MAINTENANCE})`);
  }

  override down(): void {
    this.addSql('drop policy maintenance_select on agent_instances');
    this.addSql('drop index agent_instances_deleted');
    this.addSql('drop index agent_instances_ended');
    this.addSql('drop table deleted_users');
  }
}
