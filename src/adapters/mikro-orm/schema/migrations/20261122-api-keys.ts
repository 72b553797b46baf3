import { Migration } from '@mikro-orm/migrations';

/** Issued keys. */
export class ApiKeys extends Migration {
  override up(): void {
    // No foreign key: a key may be bound to an instance that its agent has yet to create.
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

    // Every server process reads the newly revoked keys every few seconds, and most keys never are.
    this.addSql('create index api_keys_revoked on api_keys (revoked_at) where revoked_at is not null');
  }

  override down(): void {
    this.addSql('drop table api_keys');
  }
}
