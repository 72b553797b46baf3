import { Migration } from '@mikro-orm/migrations';

/**
 * Adds what questions ask for, their deadlines, what answers are besides their text, and requests to stop.
 */
export class AddQuestionShapes extends Migration {
  override up(): void {
    // The type json keeps the order of the fields, which jsonb does not.
    this.addSql(`alter table messages
      add column question json null,
      add column expires_at timestamptz(3) null,
      add column answer_to json null`);
    this.addSql(`create index messages_deadlines on messages (expires_at)
      where question_status = 'open' and expires_at is not null`);
    // The job that ends questions looks for deadlines of all users. It sees no other messages.
    this.addSql(`create policy maintenance_deadlines on messages for select using (
      (select current_setting('agent_dashboard.maintenance', true)) = 'on'
      and question_status = 'open' and expires_at is not null)`);
    this.addSql(`alter table agent_instances
      add column untold_endings jsonb null,
      add column stop_reason text null,
      add column stop_requested_at timestamptz(3) null,
      add column stop_seen_at timestamptz(3) null`);
  }

  override down(): void {
    this.addSql('drop policy maintenance_deadlines on messages');
    this.addSql('drop index messages_deadlines');
    this.addSql('alter table messages drop column question, drop column expires_at, drop column answer_to');
    this.addSql(`alter table agent_instances drop column untold_endings, drop column stop_reason,
      drop column stop_requested_at, drop column stop_seen_at`);
  }
}
