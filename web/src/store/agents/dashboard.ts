import { computed, signal } from '@preact/signals';
import { hasReachedStart } from '../../model/conversation.ts';
import {
  type Dashboard,
  emptyDashboard,
  withDetail,
  withInstances,
  withMoreMessages,
  withoutInstance,
} from '../../model/dashboard-state.ts';
import { statusGroupOf } from '../../model/status-group.ts';
import type { AgentInstance, InstanceDetail, Message } from '../../model/wire.ts';
import { request, RequestError, requestPage } from '../../server/request.ts';

const LIST_PAGE = 100;
const MESSAGE_PAGE = 100;

export const dashboard = signal<Dashboard>(emptyDashboard);

/** Where the list goes on. Undefined: it has not been read yet; null: it is complete. */
export const nextCursor = signal<string | null | undefined>(undefined);

/** Instances that are not there, or not the person's: the page says so instead of waiting for them. */
export const notFoundIds = signal<ReadonlySet<string>>(new Set());

export const waitingInstances = computed(() =>
  [...dashboard.value.instances.values()].filter((instance) => statusGroupOf(instance) === 'waiting'),
);

/** The first page of the list, and whoever waits however long ago they started. */
export async function loadInstances(): Promise<void> {
  const since = dashboard.value.revision;
  const [newest, waiting] = await Promise.all([
    requestPage<AgentInstance[]>('GET', `/agent-instances?limit=${LIST_PAGE}`),
    request<AgentInstance[]>('GET', `/agent-instances?limit=${LIST_PAGE}&status=AWAITING_INPUT`),
  ]);
  dashboard.value = withInstances(dashboard.value, [...newest.body, ...waiting], since, { replacing: true });
  nextCursor.value = newest.nextCursor;
}

export async function loadMoreInstances(): Promise<void> {
  const cursor = nextCursor.value;
  if (!cursor) return;
  const since = dashboard.value.revision;
  const page = await requestPage<AgentInstance[]>(
    'GET',
    `/agent-instances?limit=${LIST_PAGE}&cursor=${encodeURIComponent(cursor)}`,
  );
  dashboard.value = withInstances(dashboard.value, page.body, since);
  nextCursor.value = page.nextCursor;
}

const readingInstances = new Map<string, Promise<void>>();

/** Whose reading may have begun before what it is to find. */
const readTooEarly = new Set<string>();

/** The instance and its newest messages. Whoever asks meanwhile gets the same reading. */
export function loadInstance(id: string): Promise<void> {
  const underWay = readingInstances.get(id);
  if (underWay !== undefined) return underWay;
  const reading = readUntilNew(id).finally(() => readingInstances.delete(id));
  readingInstances.set(id, reading);
  return reading;
}

/** Something has changed that the page could not take in: a reading under way is followed by another. */
export function reloadInstance(id: string): Promise<void> {
  if (readingInstances.has(id)) readTooEarly.add(id);
  return loadInstance(id);
}

async function readUntilNew(id: string): Promise<void> {
  do {
    readTooEarly.delete(id);
    await readDetail(id);
  } while (readTooEarly.has(id));
}

async function readDetail(id: string): Promise<void> {
  const since = dashboard.value.revision;
  try {
    const detail = await request<InstanceDetail>(
      'GET',
      `/agent-instances/${encodeURIComponent(id)}?message_limit=${MESSAGE_PAGE}`,
    );
    if (detail.status === 'DELETED') markAsNotFound(id);
    else dashboard.value = withDetail(dashboard.value, detail, since);
  } catch (error) {
    if (!(error instanceof RequestError) || error.problem === null || error.problem.status >= 500)
      throw error;
    markAsNotFound(id);
  }
}

/** The instances whose older messages are on their way. */
const readingOlder = new Set<string>();

export async function loadOlderMessages(id: string): Promise<void> {
  const conversation = dashboard.value.conversations.get(id);
  const oldest = conversation?.messages[0];
  if (
    conversation === undefined ||
    oldest === undefined ||
    hasReachedStart(conversation) ||
    readingOlder.has(id)
  )
    return;
  readingOlder.add(id);
  try {
    const path = `/agent-instances/${encodeURIComponent(id)}/messages`;
    const older = await request<Message[]>('GET', `${path}?limit=${MESSAGE_PAGE}&before_message_id=${oldest.id}`);
    dashboard.value = withMoreMessages(dashboard.value, id, older);
  } finally {
    readingOlder.delete(id);
  }
}

function markAsNotFound(id: string): void {
  dashboard.value = withoutInstance(dashboard.value, id);
  notFoundIds.value = new Set([...notFoundIds.value, id]);
}
