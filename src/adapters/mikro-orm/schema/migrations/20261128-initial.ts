import { Migration } from '@mikro-orm/migrations';

/** The tables with rows of users. Row level security separates the users in each of them. */
const USER_TABLES = [
  'agent_types',
  'agent_instances',
  'messages',
  'idempotency_records',
  'api_keys',
  'open_waits',
  'deleted_users',
];

/** The only table without user data. */
const PROCESS_TABLE = 'waiting_processes';

/** What maintenance may do to the rows of all users. It cannot read any other table of users. */
const MAINTENANCE: readonly (readonly [table: string, command: 'select' | 'delete' | 'all'])[] = [
  ['idempotency_records', 'select'],
  ['idempotency_records', 'delete'],
  ['api_keys', 'select'],
  ['open_waits', 'all'],
  ['deleted_users', 'select'],
  // Retention finds outdated instances as maintenance, and deletes them in statements that list their users.
  ['agent_instances', 'select'],
];

/**
 * Selects the rows of the users listed in the transaction's setting. Selects none if the setting is missing
 * (null) or was reset ('').
 *
 * The subquery does not depend on a row, so PostgreSQL builds one hash table for each statement. With "= any
 * (the list)" PostgreSQL made the list part of each index look-up and sorted it again for every row: a load
 * of 32 instances took 1.7 times as long as without policies. Now it takes 1.3 times as long.
 */
const OF_LISTED_USERS = `user_id in (
  select unnest(nullif(current_setting('agent_dashboard.users', true), '')::text[]))`;

const IN_MAINTENANCE = `(select current_setting('agent_dashboard.maintenance', true)) = 'on'`;

/** Creates all tables, their indexes, and row level security. */
export class Initial extends Migration {
  override up(): void {
    this.#createConversations();
    this.#createUserRecords();
    this.#createOpenWaits();
    this.#isolateUsers();
  }

  override down(): void {
    for (const table of [...USER_TABLES, PROCESS_TABLE]) this.addSql(`drop table ${table}`);
  }

  #createConversations(): void {
    this.addSql(`create table agent_types (
      user_id text collate "C" not null,
      id uuid not null,
      name text not null,
      created_at timestamptz(3) not null,
      primary key (user_id, id),
      constraint agent_types_name unique (user_id, name)
    )`);

    // Every message updates the row of its instance. Free space in the page lets PostgreSQL update the row in
    // place (HOT). That also requires that no index covers a column that changes with each message.
    this.addSql(`create table agent_instances (
      user_id text collate "C" not null,
      id uuid not null,
      agent_type_id uuid not null,
      name text null,
      status text not null,
      started_at timestamptz(3) not null,
      ended_at timestamptz(3) null,
      metadata jsonb null,
      last_position int not null,
      step_count int not null,
      last_read_message_id uuid null,
      last_heartbeat_at timestamptz(3) null,
      last_activity_at timestamptz(3) not null,
      version int not null,
      git_diff text null,
      git_diff_version int not null default 0,
      deleted_at timestamptz(3) null,
      status_before_deletion text null,
      primary key (user_id, id)
    ) with (fillfactor = 70)`);
    // The columns of these two indexes never change, so the indexes cost a message nothing.
    this.addSql('create index agent_instances_started on agent_instances (user_id, started_at, id)');
    this.addSql(
      'create index agent_instances_type on agent_instances (user_id, agent_type_id, started_at, id)',
    );
    // For retention. These columns change only when an instance ends or is deleted.
    this.addSql(
      'create index agent_instances_ended on agent_instances (ended_at) where ended_at is not null',
    );
    this.addSql(
      'create index agent_instances_deleted on agent_instances (deleted_at) where deleted_at is not null',
    );

    // No foreign keys: the statement that writes a row has itself written or read the row that it refers to.
    // A foreign key would cost one more look-up and a lock for each message.
    this.addSql(`create table messages (
      user_id text collate "C" not null,
      id uuid not null,
      agent_instance_id uuid not null,
      position int not null,
      sender_type text not null,
      content text not null,
      created_at timestamptz(3) not null,
      metadata jsonb null,
      requires_user_input boolean not null,
      read_at timestamptz(3) null,
      read_version int null,
      question_status text null,
      answer_id uuid null,
      question_version int null,
      primary key (user_id, id),
      constraint messages_position unique (user_id, agent_instance_id, position)
    )`);
    // Decisions read these messages. Without the indexes, the longer a conversation, the slower it would be
    // to read its queue and its open questions.
    this.addSql(`create index messages_queue on messages (user_id, agent_instance_id)
      where sender_type = 'USER' and read_at is null`);
    this.addSql(`create index messages_open_questions on messages (user_id, agent_instance_id)
      where question_status = 'open'`);
    this.addSql(`create index messages_handed_over on messages (user_id, agent_instance_id, read_version)
      where sender_type = 'USER' and read_version is not null`);
    // Finds the questions that have changed since a version. Handed over messages are found by read_version
    // and new ones by position, so a step needs no entry here.
    this.addSql(`create index messages_question_changes on messages (user_id, agent_instance_id, question_version)
      where question_version is not null`);
  }

  #createUserRecords(): void {
    this.addSql(`create table idempotency_records (
      user_id text collate "C" not null,
      key text collate "C" not null,
      fingerprint text not null,
      answer text not null,
      recorded_at timestamptz(3) not null,
      primary key (user_id, key)
    )`);
    this.addSql('create index idempotency_records_age on idempotency_records (recorded_at)');

    // No foreign key: an API key may be bound to an instance that its agent has not created yet.
    this.addSql(`create table api_keys (
      user_id text collate "C" not null,
      id text collate "C" not null,
      name text not null,
      scope text not null,
      agent_instance_id uuid null,
      token_hash text collate "C" not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) null,
      last_used_at timestamptz(3) null,
      revoked_at timestamptz(3) null,
      primary key (user_id, id),
      constraint api_keys_token_hash unique (user_id, token_hash)
    )`);
    // Every server process reads the newly revoked keys every few seconds. Most keys are never revoked.
    this.addSql('create index api_keys_revoked on api_keys (revoked_at) where revoked_at is not null');

    this.addSql(`create table deleted_users (
      user_id text collate "C" not null,
      begun_at timestamptz(3) not null,
      finished_at timestamptz(3) null,
      primary key (user_id)
    )`);
  }

  /** Unlogged: the rows are lost in a crash of the database and written again within seconds. */
  #createOpenWaits(): void {
    this.addSql(`create unlogged table waiting_processes (
      id uuid not null,
      alive_until timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(`create unlogged table open_waits (
      user_id text collate "C" not null,
      agent_instance_id uuid not null,
      process_id uuid not null,
      primary key (user_id, agent_instance_id, process_id)
    )`);
    this.addSql('create index open_waits_process on open_waits (process_id)');
  }

  /** Turns on row level security. It is forced, so that it also applies to the owner of the tables. */
  #isolateUsers(): void {
    for (const table of USER_TABLES) {
      this.addSql(`create policy listed_users on ${table}
        using (${OF_LISTED_USERS}) with check (${OF_LISTED_USERS})`);
    }
    for (const [table, command] of MAINTENANCE) {
      this.addSql(
        `create policy maintenance_${command} on ${table} for ${command} using (${IN_MAINTENANCE})`,
      );
    }
    this.addSql(`create policy everybody on ${PROCESS_TABLE} using (true)`);
    for (const table of [...USER_TABLES, PROCESS_TABLE]) {
      this.addSql(`alter table ${table} enable row level security, force row level security`);
    }
  }
}
