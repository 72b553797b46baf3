import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import { unauthenticated } from '../../ports/errors.ts';
import type { AgentTypeOverview, ChangesSince } from '../../ports/storage/dashboard-queries.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import { requireScope } from '../dispatch/dispatch.ts';
import { outsideOfKey } from '../errors.ts';
import type { Ports } from '../use-case.ts';
import { wireApiKey } from '../wire/api-key.ts';
import { wireConversationMessage } from '../wire/conversation-message.ts';

/** Grows when a line means something else than before; new kinds of line and new fields do not change it. */
const FORMAT_VERSION = 1;

/** Messages in memory at a time: each may be a million characters. */
const PAGE = 20;

/** Nobody waits as far as an export knows. */
const NOBODY: ReadonlySet<AgentInstanceId> = new Set();

/** One line of an export. Its `type` tells what it is about; the first is the `header`, the last the `end`. */
export type ExportLine = { readonly type: string; readonly [field: string]: unknown };

export type ExportPorts = Pick<Ports, 'queries' | 'apiKeys' | 'clock'>;

/** What the person behind a token takes away; ends with the token. */
export type UserExport = (caller: Caller) => AsyncIterable<ExportLine>;

/**
 * Everything there is of a user, line by line: agent types, agent instances by id, each followed by its messages
 * in order, and keys without what they could be recognised by. Reads as fast as the lines are taken, a page at a
 * time. Messages that come meanwhile may be missing; what is there of a conversation has no gaps. A file without
 * the last line, which counts the others, is not whole.
 */
export async function* exportUser(ports: ExportPorts, userId: UserId): AsyncGenerator<ExportLine> {
  const { queries, apiKeys, clock } = ports;
  const lines = { agent_type: 0, agent_instance: 0, message: 0, api_key: 0 };
  const counted = (line: ExportLine & { type: keyof typeof lines }): ExportLine => {
    lines[line.type] += 1;
    return line;
  };
  // Read first: a store that is away is told before anything else is.
  const agentTypes = await queries.agentTypes(userId, { recent: 0, waitingHere: NOBODY });
  yield {
    type: 'header',
    format: 'agent-dashboard-export',
    version: FORMAT_VERSION,
    user_id: userId,
    exported_at: clock.now().toISOString(),
  };
  for (const type of agentTypes) yield counted(agentTypeLine(type));
  const ids = [...(await queries.progress(userId)).keys()].sort();
  for (const id of ids) {
    for await (const line of conversation(ports, userId, id)) yield counted(line);
  }
  for (const key of (await apiKeys?.list(userId)) ?? []) {
    yield counted({ type: 'api_key', ...wireApiKey(key) });
  }
  yield { type: 'end', lines };
}

/**
 * @throws RequestError `insufficient_scope`
 * @throws PortError `unauthenticated` in the midst of it, when the token ends.
 */
export const createUserExport = (ports: ExportPorts): UserExport => {
  return (caller) => {
    requireScope(['dashboard'], caller);
    if (caller.agentInstanceId != null) throw outsideOfKey();
    return whileGood(caller, exportUser(ports, caller.userId));
  };
};

async function* whileGood<Item>({ life }: Caller, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  for await (const item of items) {
    if (life?.hasEnded) throw unauthenticated(new Error('ended during an export'));
    yield item;
  }
}

async function* conversation(
  { queries }: Pick<ExportPorts, 'queries'>,
  userId: UserId,
  id: AgentInstanceId,
): AsyncGenerator<ExportLine & { type: 'agent_instance' | 'message' }> {
  const read = (seen: { version: number; position: number }) =>
    queries.changesSince(userId, id, seen, { waitingHere: NOBODY, limit: PAGE });
  const first = await read({ version: 0, position: 0 });
  // It was removed since the ids were read.
  if (first === null) return;
  yield agentInstanceLine(first);
  const { version, lastPosition } = first.instance;
  let page: ChangesSince | null = first;
  while (page !== null) {
    for (const message of page.posted) {
      if (message.position > lastPosition) return;
      yield {
        type: 'message',
        agent_instance_id: id,
        ...wireConversationMessage(message, { agentWaiting: false }),
      };
    }
    const position: number = page.posted.at(-1)?.position ?? lastPosition;
    if (position >= lastPosition) return;
    page = await read({ version, position });
  }
}

const agentTypeLine = ({ agentType, createdAt }: AgentTypeOverview) => ({
  type: 'agent_type' as const,
  id: agentType.id,
  name: agentType.name,
  created_at: createdAt.toISOString(),
});

const agentInstanceLine = ({ instance, gitDiff }: ChangesSince) => ({
  type: 'agent_instance' as const,
  id: instance.id,
  agent_type_id: instance.agentType.id,
  agent_type_name: instance.agentType.name,
  name: instance.name,
  status: instance.status,
  started_at: instance.startedAt.toISOString(),
  ended_at: instance.endedAt?.toISOString() ?? null,
  deleted_at: instance.deletion?.deletedAt.toISOString() ?? null,
  last_heartbeat_at: instance.lastHeartbeatAt?.toISOString() ?? null,
  last_read_message_id: instance.lastReadMessageId,
  instance_metadata: instance.metadata,
  chat_length: instance.lastPosition,
  git_diff: gitDiff ?? null,
});
