import { Migration } from '@mikro-orm/migrations';

/** Adds the index that counts the open instances of a user. */
export class IndexOpenInstances extends Migration {
  override up(): void {
    // Its columns change only when an instance ends, is deleted or is opened again, so it costs a message
    // nothing. A condition on the status would: questions and answers change it.
    this.addSql(
      `create index agent_instances_open on agent_instances (user_id)
       where ended_at is null and deleted_at is null`,
    );
  }

  override down(): void {
    this.addSql('drop index agent_instances_open');
  }
}
