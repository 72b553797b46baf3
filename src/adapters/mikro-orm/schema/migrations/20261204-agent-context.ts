import { Migration } from '@mikro-orm/migrations';

/** Adds where the agent of an instance runs. */
export class AddAgentContext extends Migration {
  override up(): void {
    this.addSql('alter table agent_instances add column context json null');
  }

  override down(): void {
    this.addSql('alter table agent_instances drop column context');
  }
}
