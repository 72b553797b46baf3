import type { SenderType } from '../../../../domain/conversation/message.ts';
import type { AgentInstanceId, AgentTypeId, MessageId, UserId } from '../../../../domain/ids.ts';
import {
  EXCERPT_BEFORE,
  MAX_EXCERPT_LENGTH,
  MAX_SEARCHED_MESSAGES,
  type MessageHit,
  type MessageHits,
  type MessageSearch,
} from '../../../../ports/storage/message-search.ts';
import type { Database } from '../../database/database.ts';

/**
 * What one statement looks at: so many messages, or so many bytes of them, but at least one. A statement for
 * all messages of a user would let everybody else wait. In the embedded database one takes about 8 ms.
 */
const MESSAGES_PER_STATEMENT = 200;
const BYTES_PER_STATEMENT = 128 * 1024;

/** What one search looks at, at most. */
const MAX_STATEMENTS = MAX_SEARCHED_MESSAGES / MESSAGES_PER_STATEMENT;

/**
 * Looks at the next messages of a user, in the order of the primary key. There is no index of words (ADR 25):
 * PostgreSQL cannot use one here, because row level security has to be checked before a condition that could
 * tell something of the rows of other users. `octet_length` does not read a long content, only its length.
 */
const SEARCH_PART = `
  with part as materialized (
    select m.* from (
      select n.*, row_number() over page as number, sum(octet_length(n.content)) over page as bytes
      from (
        select * from messages where user_id = $1 and id < $2::uuid order by id desc limit $3) n
      window page as (order by n.id desc rows unbounded preceding)) m
    where m.number = 1 or m.bytes <= $4::int)
  select
    (select json_build_object('id', m.id, 'createdAt', m.created_at) from part m order by m.id limit 1) as last,
    (select json_agg(json_build_object(
        'id', m.id, 'agentInstanceId', m.agent_instance_id, 'position', m.position,
        'senderType', m.sender_type, 'createdAt', m.created_at,
        'name', a.name, 'typeId', y.id, 'typeName', y.name,
        'excerpt', substr(m.content, e.start, ${MAX_EXCERPT_LENGTH}),
        'isCutBefore', e.start > 1,
        'isCutAfter', char_length(m.content) >= e.start + ${MAX_EXCERPT_LENGTH}
      ) order by m.id desc)
     from part m
     join agent_instances a on a.user_id = m.user_id and a.id = m.agent_instance_id
     join agent_types y on y.user_id = a.user_id and y.id = a.agent_type_id
     cross join lateral (
       select greatest(1, strpos(lower(m.content), lower($6)) - ${EXCERPT_BEFORE}) as start) e
     where a.status <> 'DELETED' and m.content ilike all ($5::text[])) as hits`;

const BEFORE_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

interface Row {
  readonly last: { readonly id: MessageId; readonly createdAt: string } | null;
  readonly hits: readonly HitJson[] | null;
}

interface HitJson extends Pick<MessageHit, 'excerpt' | 'isCutBefore' | 'isCutAfter'> {
  readonly id: MessageId;
  readonly agentInstanceId: AgentInstanceId;
  readonly position: number;
  readonly senderType: SenderType;
  readonly createdAt: string;
  readonly name: string | null;
  readonly typeId: AgentTypeId;
  readonly typeName: string;
}

/** Looks at the messages in parts, until there are enough hits or enough messages were looked at. */
export async function searchMessages(
  database: Database,
  userId: UserId,
  { words, limit, after }: MessageSearch,
): Promise<MessageHits> {
  const patterns = words.map((word) => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`);
  const hits: MessageHit[] = [];
  let next = after;
  for (let statements = 0; statements < MAX_STATEMENTS; statements += 1) {
    const [row] = await database.query<Row>([userId], SEARCH_PART, [
      userId,
      next?.id ?? BEFORE_ALL,
      MESSAGES_PER_STATEMENT,
      BYTES_PER_STATEMENT,
      patterns,
      words[0],
    ]);
    const { last = null, hits: found = null } = row ?? {};
    if (last === null) return { hits, next: null };
    hits.push(...(found ?? []).slice(0, limit - hits.length).map(hitOf));
    const lastHit = hits.at(-1);
    // After the last hit there may be others in the same part, so the next search begins there.
    if (hits.length === limit && lastHit !== undefined)
      return { hits, next: { id: lastHit.message.id, createdAt: lastHit.message.createdAt } };
    next = { id: last.id, createdAt: new Date(last.createdAt) };
  }
  return { hits, next };
}

const hitOf = ({ name, typeId, typeName, createdAt, ...json }: HitJson): MessageHit => ({
  message: {
    id: json.id,
    agentInstanceId: json.agentInstanceId,
    position: json.position,
    senderType: json.senderType,
    createdAt: new Date(createdAt),
  },
  instance: { name, agentType: { id: typeId, name: typeName } },
  excerpt: json.excerpt,
  isCutBefore: json.isCutBefore,
  isCutAfter: json.isCutAfter,
});
