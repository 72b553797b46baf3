import { Migration } from '@mikro-orm/migrations';

const TABLES = ['notification_settings', 'notifications', 'answer_links'];

/** The same policies as for the other tables: see the initial migration. */
const OF_LISTED_USERS = `user_id in (
  select unnest(nullif(current_setting('agent_dashboard.users', true), '')::text[]))`;
const IN_MAINTENANCE = `(select current_setting('agent_dashboard.maintenance', true)) = 'on'`;

/**
 * Adds where users are notified, their notifications, and the links that answer questions; and why agents
 * could not finish.
 */
export class AddNotifications extends Migration {
  override up(): void {
    this.addSql('alter table messages add column reach jsonb null');
    this.addSql('alter table agent_instances add column failure text null');
    this.#createTables();
    this.#isolateUsers();
  }

  override down(): void {
    for (const table of TABLES) this.addSql(`drop table ${table}`);
    this.addSql('alter table messages drop column reach');
    this.addSql('alter table agent_instances drop column failure');
  }

  #createTables(): void {
    this.addSql(`create table notification_settings (
      user_id text collate "C" not null,
      destinations json not null,
      destination_count int not null,
      rules json not null,
      watches_silence boolean not null,
      active_until timestamptz(3) null,
      primary key (user_id)
    )`);
    this.addSql(`create index notification_settings_silence on notification_settings (user_id)
      where watches_silence`);

    // The type json stores any text that a channel returns. In jsonb, a text cannot contain every character.
    this.addSql(`create table notifications (
      user_id text collate "C" not null,
      id uuid not null,
      event text not null,
      agent_instance_id uuid null,
      message_id uuid null,
      reach jsonb null,
      created_at timestamptz(3) not null,
      over_at timestamptz(3) null,
      is_planned boolean not null,
      deliveries json not null,
      next_at timestamptz(3) null,
      version int not null,
      primary key (user_id, id)
    )`);
    // Every server process reads the next ones often. Of most notifications nothing is left to do.
    this.addSql('create index notifications_due on notifications (next_at) where next_at is not null');
    this.addSql('create index notifications_newest on notifications (user_id, created_at, id)');
    this.addSql('create index notifications_done on notifications (created_at) where next_at is null');

    this.addSql(`create table answer_links (
      user_id text collate "C" not null,
      token_hash text collate "C" not null,
      notification_id uuid not null,
      destination_id uuid not null,
      agent_instance_id uuid null,
      question_id uuid null,
      value text null,
      expires_at timestamptz(3) not null,
      used_at timestamptz(3) null,
      primary key (user_id, token_hash)
    )`);
    // Who follows a link proves only that they know its token. The link says which user it belongs to.
    this.addSql('create index answer_links_hash on answer_links (token_hash)');
    this.addSql('create index answer_links_expiry on answer_links (expires_at)');
  }

  #isolateUsers(): void {
    for (const table of TABLES) {
      this.addSql(`create policy listed_users on ${table}
        using (${OF_LISTED_USERS}) with check (${OF_LISTED_USERS})`);
      this.addSql(`alter table ${table} enable row level security, force row level security`);
    }
    // Maintenance finds what is due and follows links, and deletes what is outdated. It sees no settings but
    // those of users who want to know about silent agents.
    for (const table of ['notifications', 'answer_links']) {
      this.addSql(`create policy maintenance_select on ${table} for select using (${IN_MAINTENANCE})`);
    }
    this.addSql(`create policy maintenance_silence on notification_settings for select
      using (${IN_MAINTENANCE} and watches_silence)`);
    this.addSql(`create policy maintenance_delete on notifications for delete
      using (${IN_MAINTENANCE} and next_at is null)`);
    this.addSql(`create policy maintenance_delete on answer_links for delete using (${IN_MAINTENANCE})`);
  }
}
