import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import { DEFAULT_RULES } from '../../domain/notification/settings.ts';
import { unauthenticated } from '../../ports/errors.ts';
import type { AgentTypeOverview, ChangesSince } from '../../ports/storage/dashboard-queries.ts';
import type {
  NotificationPage,
  NotificationPlace,
  NotificationRepository,
} from '../../ports/storage/notification-repository.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import { requireScope } from '../dispatch/dispatch.ts';
import { notAllowedForLimitedKey } from '../errors.ts';
import type { Ports } from '../use-case.ts';
import { wireContext } from '../wire/agent-context.ts';
import { wireApiKey } from '../wire/api-key.ts';
import { wireConversationMessage } from '../wire/conversation-message.ts';
import { wireDestination, wireNotification } from '../wire/notification/notification.ts';
import { wireRules } from '../wire/notification/notification-rules.ts';

/**
 * Increased when an existing line changes its meaning. It stays the same for new kinds of line and new
 * fields.
 */
const FORMAT_VERSION = 1;

/** How many messages are in memory at a time, if they fit into `messagePage`. */
const PAGE_SIZE = 20;

/** A read since this version returns later messages, but no changes of earlier ones. */
const BEYOND_ALL_VERSIONS = 2_000_000_000;

/** Empty, because an export does not say which agents wait. */
const NO_WAITS: ReadonlySet<AgentInstanceId> = new Set();

/** One line of an export; `type` says what it holds. The first line is the `header`, the last the `end`. */
export type ExportLine = { readonly type: string; readonly [field: string]: unknown };

export interface ExportPorts extends Pick<Ports, 'queries' | 'apiKeys' | 'clock'> {
  /** Absent or null: the store has none. */
  readonly notifications?: NotificationRepository | null;
}

/** Exports all data of the caller's user. If the caller's token ends meanwhile, the export fails. */
export type UserExport = (caller: Caller) => AsyncIterable<ExportLine>;

/**
 * Yields everything that is stored of a user, line by line: agent types, then agent instances sorted by id,
 * each followed by its messages in order, then API keys without their hashes, then what the user has set for
 * notifications, without secrets, and the notifications, the newest first. The export reads page by page, as
 * fast as the caller takes the lines. Messages written meanwhile may be missing, but a conversation has no
 * gaps. The last line says how many lines of each type came before: a file without this line is incomplete.
 */
export async function* exportUser(ports: ExportPorts, userId: UserId): AsyncGenerator<ExportLine> {
  const { queries, apiKeys, clock } = ports;
  const lineCounts = {
    ...{ agent_type: 0, agent_instance: 0, message: 0, api_key: 0 },
    ...{ notification_destination: 0, notification_rules: 0, notification: 0 },
  };
  const countLine = (line: ExportLine & { type: keyof typeof lineCounts }): ExportLine => {
    lineCounts[line.type] += 1;
    return line;
  };
  // Read before the first line is sent, so that an unreachable store is still reported as an error.
  const agentTypes = await queries.agentTypes(userId, { recent: 0, waitingHere: NO_WAITS });
  yield {
    type: 'header',
    format: 'agent-dashboard-export',
    version: FORMAT_VERSION,
    user_id: userId,
    exported_at: clock.now().toISOString(),
  };
  for (const type of agentTypes) yield countLine(agentTypeLine(type));
  const ids = [...(await queries.progress(userId)).keys()].sort();
  for (const id of ids) {
    for await (const line of conversationLines(ports, userId, id)) yield countLine(line);
  }
  for (const key of (await apiKeys?.list(userId)) ?? []) {
    yield countLine({ type: 'api_key', ...wireApiKey(key) });
  }
  if (ports.notifications != null) {
    for await (const line of notificationLines(ports.notifications, userId)) yield countLine(line);
  }
  yield { type: 'end', lines: lineCounts };
}

/**
 * Creates the function that exports the data of a caller's user.
 * @throws RequestError `insufficient_scope`
 * @throws PortError `unauthenticated` during the export, when the token ends.
 */
export const createUserExport = (ports: ExportPorts): UserExport => {
  return (caller) => {
    requireScope(['dashboard'], caller);
    if (caller.agentInstanceId != null) throw notAllowedForLimitedKey();
    return untilTokenEnds(caller, exportUser(ports, caller.userId));
  };
};

async function* untilTokenEnds<Item>({ life }: Caller, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  for await (const item of items) {
    if (life?.hasEnded) throw unauthenticated(new Error('The token ended during an export'));
    yield item;
  }
}

async function* conversationLines(
  { queries }: Pick<ExportPorts, 'queries'>,
  userId: UserId,
  id: AgentInstanceId,
): AsyncGenerator<ExportLine & { type: 'agent_instance' | 'message' }> {
  const readPage = (seen: { version: number; position: number }) =>
    queries.changesSince(userId, id, seen, { waitingHere: NO_WAITS, limit: PAGE_SIZE });
  const firstPage = await readPage({ version: 0, position: 0 });
  // Null: the instance was deleted after the ids were read.
  if (firstPage === null) return;
  yield agentInstanceLine(firstPage);
  const { lastPosition } = firstPage.instance;
  let page: ChangesSince | null = firstPage;
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
    page = await readPage({ version: BEYOND_ALL_VERSIONS, position });
  }
}

async function* notificationLines(
  notifications: NotificationRepository,
  userId: UserId,
): AsyncGenerator<ExportLine & { type: 'notification_destination' | 'notification_rules' | 'notification' }> {
  const { destinations, rules } = await notifications.readSettings(userId);
  for (const destination of destinations)
    yield { type: 'notification_destination', ...wireDestination(destination) };
  const shownRules = wireRules(rules);
  // A user who has set nothing exports nothing.
  if (JSON.stringify(shownRules) !== JSON.stringify(wireRules(DEFAULT_RULES)))
    yield { type: 'notification_rules', ...shownRules };
  let after: NotificationPlace | null = null;
  do {
    const page: NotificationPage = await notifications.list(userId, { limit: PAGE_SIZE, after });
    for (const notification of page.notifications)
      yield { type: 'notification', ...wireNotification(notification) };
    after = page.next;
  } while (after !== null);
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
  context: wireContext(instance.context),
  chat_length: instance.lastPosition,
  git_diff: gitDiff ?? null,
});
