import { computed, signal } from '@preact/signals';
import { hasReachedStart } from '../../model/conversation.ts';
import {
  type Dashboard,
  emptyDashboard,
  isInstanceMissing,
  withDetail,
  withInstances,
  withMoreMessages,
  withoutInstance,
} from '../../model/dashboard-state.ts';
import { statusGroupOf } from '../../model/status-group.ts';
import type { AgentInstance, InstanceDetail, Message } from '../../model/wire.ts';
import { RequestError, request, requestPage } from '../../server/request.ts';

const LIST_PAGE_SIZE = 100;
const MESSAGE_PAGE_SIZE = 100;

export const dashboard = signal<Dashboard>(emptyDashboard);

/** The cursor of the list's next page. Undefined: the list is not loaded yet. Null: it is complete. */
export const nextCursor = signal<string | null | undefined>(undefined);

/** Ids for which the server has no instance of this user. The page does not try to load them again. */
export const notFoundIds = signal<ReadonlySet<string>>(new Set());

export const waitingInstances = computed(() =>
  [...dashboard.value.instances.values()].filter((instance) => statusGroupOf(instance) === 'waiting'),
);

/** Loads the first page of the list, and all waiting instances, however old they are. */
export async function loadInstances(): Promise<void> {
  const requestedAtRevision = dashboard.value.revision;
  const [newest, waiting] = await Promise.all([
    requestPage<AgentInstance>(`/agent-instances?limit=${LIST_PAGE_SIZE}`),
    request<AgentInstance[]>('GET', `/agent-instances?limit=${LIST_PAGE_SIZE}&status=AWAITING_INPUT`),
  ]);
  dashboard.value = withInstances(dashboard.value, [...newest.items, ...waiting], requestedAtRevision, {
    replacing: true,
  });
  nextCursor.value = newest.nextCursor;
}

export async function loadMoreInstances(): Promise<void> {
  const cursor = nextCursor.value;
  if (!cursor) return;
  const requestedAtRevision = dashboard.value.revision;
  const page = await requestPage<AgentInstance>(
    `/agent-instances?limit=${LIST_PAGE_SIZE}&cursor=${encodeURIComponent(cursor)}`,
  );
  dashboard.value = withInstances(dashboard.value, page.items, requestedAtRevision);
  nextCursor.value = page.nextCursor;
}

/** The loads that have not finished yet, by instance id. */
const runningLoads = new Map<string, Promise<void>>();

/** Ids of instances that changed while they were being loaded. They are loaded once more. */
const changedWhileLoading = new Set<string>();

/** Loads an instance and its newest messages. Concurrent calls for one instance share one request. */
export function loadInstance(id: string): Promise<void> {
  const runningLoad = runningLoads.get(id);
  if (runningLoad !== undefined) return runningLoad;
  const newLoad = loadUntilCurrent(id).finally(() => runningLoads.delete(id));
  runningLoads.set(id, newLoad);
  return newLoad;
}

/** Loads an instance that has changed. If it is being loaded already, it is loaded once more afterwards. */
export function reloadInstance(id: string): Promise<void> {
  if (runningLoads.has(id)) changedWhileLoading.add(id);
  return loadInstance(id);
}

async function loadUntilCurrent(id: string): Promise<void> {
  do {
    changedWhileLoading.delete(id);
    await loadDetail(id);
  } while (changedWhileLoading.has(id));
}

async function loadDetail(id: string): Promise<void> {
  const requestedAtRevision = dashboard.value.revision;
  try {
    const detail = await request<InstanceDetail>(
      'GET',
      `/agent-instances/${encodeURIComponent(id)}?message_limit=${MESSAGE_PAGE_SIZE}`,
    );
    if (detail.status === 'DELETED') markAsNotFound(id);
    else dashboard.value = withDetail(dashboard.value, detail, requestedAtRevision);
  } catch (error) {
    if (!(error instanceof RequestError && isInstanceMissing(error.problem))) throw error;
    markAsNotFound(id);
  }
}

/** The loads of older messages that have not finished yet, by instance id. */
const runningOlderLoads = new Map<string, Promise<void>>();

/** Loads the messages before those that are loaded. Concurrent calls for one instance share one request. */
export function loadOlderMessages(id: string): Promise<void> {
  const runningLoad = runningOlderLoads.get(id);
  if (runningLoad !== undefined) return runningLoad;
  const newLoad = loadOlder(id).finally(() => runningOlderLoads.delete(id));
  runningOlderLoads.set(id, newLoad);
  return newLoad;
}

async function loadOlder(id: string): Promise<void> {
  const conversation = dashboard.value.conversations.get(id);
  const oldest = conversation?.messages[0];
  if (conversation === undefined || oldest === undefined || hasReachedStart(conversation)) return;
  const path = `/agent-instances/${encodeURIComponent(id)}/messages`;
  const older = await request<Message[]>(
    'GET',
    `${path}?limit=${MESSAGE_PAGE_SIZE}&before_message_id=${oldest.id}`,
  );
  dashboard.value = withMoreMessages(dashboard.value, id, older);
}

/** How many messages are loaded at most to show an old one: the page keeps them without a gap. */
const MAX_MESSAGES_TO_SHOW_ONE = 5_000;

/**
 * Loads older messages of a loaded conversation until a message is among them.
 * @returns false if the message is not there, or too far back
 */
export async function loadUntilMessage(id: string, messageId: string): Promise<boolean> {
  for (;;) {
    const conversation = dashboard.value.conversations.get(id);
    if (conversation === undefined) return false;
    if (conversation.messages.some((message) => message.id === messageId)) return true;
    const count = conversation.messages.length;
    if (hasReachedStart(conversation) || count >= MAX_MESSAGES_TO_SHOW_ONE) return false;
    await loadOlderMessages(id);
    if ((dashboard.value.conversations.get(id)?.messages.length ?? 0) <= count) return false;
  }
}

function markAsNotFound(id: string): void {
  dashboard.value = withoutInstance(dashboard.value, id);
  notFoundIds.value = new Set([...notFoundIds.value, id]);
}
