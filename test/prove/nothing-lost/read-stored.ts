import type { TestCluster } from '../support/test-cluster.ts';
import type { Stored, StoredInstance, StoredMessage } from './history.ts';

/** Reads all instances and messages directly from the database. */
export async function readStored(cluster: TestCluster): Promise<Stored> {
  const instances = await cluster.query<StoredInstance & { [column: string]: unknown }>(
    'select id, last_position as "lastPosition" from agent_instances',
  );
  const messages = await cluster.query<StoredMessage & { [column: string]: unknown }>(
    `select agent_instance_id as instance, id, position, sender_type as "senderType", content,
       read_at is not null as "isRead", read_version as "readVersion",
       question_status as "questionStatus", answer_id as "answerId"
     from messages`,
  );
  return { instances, messages };
}
