import { Migration } from '@mikro-orm/migrations';

/** Agent types, agent instances, messages and idempotency records. */
export class WriteSide extends Migration {
  override up(): void {
    this.addSql(`create table agent_types (
      user_id text collate "C" not null,
      id uuid not null,
      name text not null,
      created_at timestamptz(3) not null,
      primary key (user_id, id),
      constraint agent_types_name unique (user_id, name)
    )`);

    // Every message updates its instance's row: room in the page lets PostgreSQL do that in place (HOT),
    // which also needs that no index covers a column that changes with each message.
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
      primary key (user_id, id)
    ) with (fillfactor = 70)`);

    this.addSql('create index agent_instances_started on agent_instances (user_id, started_at, id)');

    // No foreign keys: a row is only ever written by the statement that has just written, or looked up,
    // what it refers to, and the checks would cost a look-up and a lock for each message.
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
      primary key (user_id, id),
      constraint messages_position unique (user_id, agent_instance_id, position)
    )`);

    // What a decision looks at, and nothing else: without these, reading the queue and the open questions
    // would slow down as the conversation grows.
    this.addSql(`create index messages_queue on messages (user_id, agent_instance_id)
      where sender_type = 'USER' and read_at is null`);
    this.addSql(`create index messages_open_questions on messages (user_id, agent_instance_id)
      where question_status = 'open'`);
    this.addSql(`create index messages_handed_over on messages (user_id, agent_instance_id, read_version)
      where sender_type = 'USER' and read_version is not null`);

    this.addSql(`create table idempotency_records (
      user_id text collate "C" not null,
      key text collate "C" not null,
      fingerprint text not null,
      answer text not null,
      recorded_at timestamptz(3) not null,
      primary key (user_id, key)
    )`);
    this.addSql('create index idempotency_records_age on idempotency_records (recorded_at)');
  }

  override down(): void {
    for (const table of ['idempotency_records', 'messages', 'agent_instances', 'agent_types']) {
      this.addSql(`drop table ${table}`);
    }
  }
}
