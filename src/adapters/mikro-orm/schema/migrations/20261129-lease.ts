import { Migration } from '@mikro-orm/migrations';

/** Adds the lease of an instance: the agent's last message, while nothing shows that its response arrived. */
export class AddLease extends Migration {
  override up(): void {
    this.addSql(`alter table agent_instances
      add column lease_message_id uuid null,
      add column lease_deliveries int null`);
  }

  override down(): void {
    this.addSql('alter table agent_instances drop column lease_message_id, drop column lease_deliveries');
  }
}
