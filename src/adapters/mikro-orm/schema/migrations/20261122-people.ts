import { Migration } from '@mikro-orm/migrations';

/** What the people's side needs: deletion, changes since a version, and who waits in other processes. */
export class People extends Migration {
  override up(): void {
    this.addSql(`alter table agent_instances
      add git_diff_version int not null default 0,
      add deleted_at timestamptz(3) null,
      add status_before_deletion text null`);
    // Neither column ever changes, so it costs a message nothing.
    this.addSql(
      'create index agent_instances_type on agent_instances (user_id, agent_type_id, started_at, id)',
    );

    // The version in which a question last changed. What was handed over is found by read_version, and new
    // messages by position: a step needs no index entry to be told of.
    this.addSql('alter table messages add question_version int null');
    this.addSql(`create index messages_question_changes on messages (user_id, agent_instance_id, question_version)
      where question_version is not null`);

    // Gone with a crash of the database, and written anew within seconds: not worth a write-ahead log.
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

  override down(): void {
    this.addSql('drop table open_waits');
    this.addSql('drop table waiting_processes');
    this.addSql('drop index messages_question_changes');
    this.addSql('alter table messages drop column question_version');
    this.addSql('drop index agent_instances_type');
    this.addSql(`alter table agent_instances
      drop column git_diff_version, drop column deleted_at, drop column status_before_deletion`);
  }
}
