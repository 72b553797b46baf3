import { DatabaseSync } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';
import {
  type AgentInstance,
  type AgentInstanceId,
  type AgentInstanceRepository,
  type AgentType,
  type Changes,
  type Conversation,
  type Decide,
  type IdempotencyRecord,
  type Message,
  type MessageId,
  messagesToLoad,
  type QuestionDeadline,
  type QuestionState,
  type RecordedDecision,
  type Signals,
  storageUnavailable,
  type UpdateTarget,
  type UserId,
} from '@agent-dashboard/server';

/** Every primary key begins with the user id, so that no query can read the data of another user. */
const SCHEMA = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  create table if not exists instances
    (user_id text, id text, is_open integer, value blob, git_diff text, primary key (user_id, id)) strict;
  create index if not exists open_instances on instances (user_id) where is_open = 1;
  create table if not exists messages
    (user_id text, id text, instance_id text, position integer, deadline integer, value blob,
      primary key (user_id, id)) strict;
  create index if not exists deadlines on messages (deadline) where deadline is not null;
  create unique index if not exists messages_in_order on messages (user_id, instance_id, position);
  create table if not exists agent_types
    (user_id text, name text, value blob, primary key (user_id, name)) strict;
  create table if not exists records
    (user_id text, key text, recorded_at integer, value blob, primary key (user_id, key)) strict;
`;

/** How long SQLite waits for the transaction of another process to end. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Stores agent instances in one SQLite file, which several processes may share. Node serializes the objects,
 * including their dates, into the `value` columns. Only fields by which a query searches or sorts have
 * columns of their own.
 */
export class SqliteAgentInstanceRepository implements AgentInstanceRepository {
  readonly #database: DatabaseSync;
  readonly #signals: Signals;

  constructor(path: string, signals: Signals) {
    this.#database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    this.#database.exec(SCHEMA);
    this.#signals = signals;
  }

  async update<Output>(target: UpdateTarget, decide: Decide<Output>): Promise<Output> {
    const { userId, agentInstanceId } = target;
    const { output, changes } = this.#inTransaction(() => {
      const decision = decide(this.#load(target), this.#recordOf(target));
      this.#save(target, decision);
      return decision;
    });
    if (changes !== null) {
      this.#signals.publish([{ userId, agentInstanceId, version: changes.instance.version }]);
    }
    return output;
  }

  async instanceOfMessage(userId: UserId, messageId: MessageId): Promise<AgentInstanceId | null> {
    const sql = 'select instance_id as id from messages where user_id = ? and id = ?';
    return (this.#database.prepare(sql).get(userId, messageId)?.id ?? null) as AgentInstanceId | null;
  }

  async questionState(userId: UserId, questionId: MessageId): Promise<QuestionState | null> {
    const question = this.#readValue<Message>('messages where user_id = ? and id = ?', userId, questionId);
    if (question === null || question.questionStatus === null) return null;
    const instance = this.#readValue<AgentInstance>(
      'instances where user_id = ? and id = ?',
      userId,
      question.agentInstanceId,
    )!;
    return {
      agentInstanceId: instance.id,
      status: question.questionStatus,
      askedAt: question.createdAt,
      expiresAt: question.expiresAt,
      instanceStatus: instance.status,
      isStopRequested: instance.stop !== null,
      version: instance.version,
    };
  }

  async nextDeadlines(limit: number): Promise<readonly QuestionDeadline[]> {
    const sql = `select value, user_id from messages where deadline is not null order by deadline limit ?`;
    return this.#database
      .prepare(sql)
      .all(limit)
      .map(({ value, user_id }) => {
        const { id, agentInstanceId, expiresAt } = deserializeValue<Message>(value);
        return { userId: user_id as UserId, agentInstanceId, questionId: id, expiresAt: expiresAt! };
      });
  }

  async deleteIdempotencyRecords(recordedBefore: Date): Promise<number> {
    const sql = 'delete from records where recorded_at < ?';
    return Number(this.#database.prepare(sql).run(recordedBefore.getTime()).changes);
  }

  async ping(): Promise<void> {
    this.#database.exec('select 1');
  }

  close(): void {
    this.#database.close();
  }

  /** Runs `work` in a write transaction. SQLite allows only one at a time, so `work` sees no other write. */
  #inTransaction<Result>(work: () => Result): Result {
    try {
      this.#database.exec('begin immediate');
      const result = work();
      this.#database.exec('commit');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback');
      // Errors of SQLite become `storage_unavailable`. An error that `decide` throws is passed on unchanged.
      throw (error as NodeJS.ErrnoException).code === 'ERR_SQLITE_ERROR' ? storageUnavailable(error) : error;
    }
  }

  #load(target: UpdateTarget): Conversation {
    const { userId, agentInstanceId, agentTypeName = null } = target;
    const instance = this.#readValue<AgentInstance>(
      'instances where user_id = ? and id = ?',
      userId,
      agentInstanceId,
    );
    const sql = 'select value from messages where user_id = ? and instance_id = ? order by position';
    const messages = this.#database
      .prepare(sql)
      .all(userId, agentInstanceId)
      .map(({ value }) => deserializeValue<Message>(value));
    const agentType =
      agentTypeName === null
        ? null
        : this.#readValue<AgentType>('agent_types where user_id = ? and name = ?', userId, agentTypeName);
    return {
      instance,
      agentType,
      agentTypeCount: instance === null && agentType === null ? this.#countAgentTypes(userId) : 0,
      openInstanceCount: instance === null && agentTypeName !== null ? this.#countOpenInstances(userId) : 0,
      messages: instance === null ? [] : messagesToLoad(instance, messages, target),
    };
  }

  #countAgentTypes(userId: UserId): number {
    const sql = 'select count(*) as count from agent_types where user_id = ?';
    return Number(this.#database.prepare(sql).get(userId)?.count);
  }

  #countOpenInstances(userId: UserId): number {
    const sql = 'select count(*) as count from instances where user_id = ? and is_open = 1';
    return Number(this.#database.prepare(sql).get(userId)?.count);
  }

  #recordOf({ userId, idempotencyKey = null }: UpdateTarget): IdempotencyRecord | null {
    if (idempotencyKey === null) return null;
    return this.#readValue<IdempotencyRecord>(
      'records where user_id = ? and key = ?',
      userId,
      idempotencyKey,
    );
  }

  #readValue<Value>(tableAndCondition: string, ...parameters: readonly string[]): Value | null {
    const row = this.#database.prepare(`select value from ${tableAndCondition}`).get(...parameters);
    return row === undefined ? null : deserializeValue<Value>(row.value);
  }

  #save(target: UpdateTarget, { changes, record }: RecordedDecision<unknown>): void {
    const { userId, idempotencyKey = null } = target;
    if (changes !== null) this.#saveChanges(userId, changes);
    if (record !== null && idempotencyKey !== null) {
      const sql = 'insert into records values (?, ?, ?, ?)';
      this.#database.prepare(sql).run(userId, idempotencyKey, record.recordedAt.getTime(), serialize(record));
    }
  }

  #saveChanges(userId: UserId, { instance, posted, amended, gitDiff }: Changes): void {
    const { id, agentType } = instance;
    const isOpen = instance.endedAt === null && instance.deletion === null;
    this.#database
      .prepare('insert or ignore into agent_types values (?, ?, ?)')
      .run(userId, agentType.name, serialize(agentType));
    this.#database
      .prepare(
        `insert into instances (user_id, id, is_open, value) values (?, ?, ?, ?)
         on conflict do update set is_open = excluded.is_open, value = excluded.value`,
      )
      .run(userId, id, isOpen ? 1 : 0, serialize(instance));
    if (gitDiff !== undefined) {
      const sql = 'update instances set git_diff = ? where user_id = ? and id = ?';
      this.#database.prepare(sql).run(gitDiff, userId, id);
    }
    const saveMessage = this.#database.prepare(
      `insert into messages values (?, ?, ?, ?, ?, ?)
       on conflict (user_id, id) do update set deadline = excluded.deadline, value = excluded.value`,
    );
    for (const message of [...posted, ...amended]) {
      const deadline = message.questionStatus === 'open' ? (message.expiresAt?.getTime() ?? null) : null;
      saveMessage.run(userId, message.id, id, message.position, deadline, serialize(message));
    }
  }
}

const deserializeValue = <Value>(value: unknown): Value => deserialize(value as Uint8Array) as Value;
