import { computed, effect, signal, untracked } from '@preact/signals';
import { backoffMs } from '../../../../src/adapters/client/http/backoff.ts';
import { applyEvent, emptyDashboard } from '../../model/dashboard-state.ts';
import { preview } from '../../model/preview.ts';
import type { Message, StreamEvent } from '../../model/wire.ts';
import { type StreamPosition, readEvents } from '../../server/event-source.ts';
import { announcement } from '../page/notices.ts';
import { currentRoute } from '../page/current-route.ts';
import { signedInUser } from '../session/signed-in-user.ts';
import { dashboard, nextCursor, reloadInstance, loadInstances } from './dashboard.ts';
import { flushOutbox, outbox, loadOutbox } from './outbox.ts';

/** `lost` since the time that is told with it: what the page shows was true then. */
export type Connection =
  | { readonly state: 'connecting' | 'live' }
  | { readonly state: 'lost'; readonly since: number };

export const connection = signal<Connection>({ state: 'connecting' });

/** A tab that slept that long may hold a dead line that it has not noticed yet. */
const TRUSTED_SILENCE_MS = 20_000;

let lastHeard = 0;
let wake: () => void = () => {};
let line = new AbortController();

/** Follows the stream until the signal says stop, however often it breaks. */
async function stayLive(stop: AbortSignal): Promise<void> {
  const progress: StreamPosition = { lastEventId: null };
  let failures = 0;
  while (!stop.aborted) {
    line = new AbortController();
    const resumes = progress.lastEventId !== null;
    const heard = (event: StreamEvent) => {
      failures = 0;
      onEvent(event);
      // Only now: what happens between this reading and the first event is told by the stream.
      if (event.type === 'connected' && !resumes) void readAgain().catch(() => null);
    };
    const end = await readEvents(progress, heard, AbortSignal.any([stop, line.signal]));
    if (stop.aborted) return;
    if (end === 'signed-out') {
      signedInUser.value = null;
      return;
    }
    if (connection.value.state !== 'lost')
      connection.value = { state: 'lost', since: lastHeard || Date.now() };
    // Some proxies let no stream through. What can be asked for is still shown, if a little late.
    void readAgain().then(
      () => {
        if (connection.value.state === 'lost') connection.value = { state: 'lost', since: Date.now() };
      },
      () => null,
    );
    failures += 1;
    await pause(backoffMs(failures, Math.random()));
  }
}

/** The network is back, or the person looks at the page again: do not sit out the pause. */
function lookAlive(): void {
  if (connection.value.state === 'live' && Date.now() - lastHeard > TRUSTED_SILENCE_MS) line.abort();
  wake();
}

function onEvent(event: StreamEvent): void {
  lastHeard = Date.now();
  if (connection.value.state !== 'live') {
    connection.value = { state: 'live' };
    void flushOutbox();
  }
  if (event.type === 'resync') void readAgain().catch(() => null);
  else dashboard.value = applyEvent(dashboard.value, event);
  const open = openInstance();
  if (event.type === 'message' && event.data.agent_instance_id === open) readOut(event.data);
  if (open !== null && isLacking(open, event)) void reloadInstance(open).catch(() => null);
}

/** A message was missed, or was told before there was a conversation to put it in. */
function isLacking(open: string, { data }: StreamEvent): boolean {
  const conversation = dashboard.value.conversations.get(open);
  if (conversation !== undefined) return conversation.hasGap;
  return 'agent_instance_id' in data && data.agent_instance_id === open;
}

/** The stream cannot tell what was missed. Conversations that are not open are read when they are opened. */
async function readAgain(): Promise<void> {
  const open = openInstance();
  const conversations = new Map([...dashboard.value.conversations].filter(([id]) => id === open));
  dashboard.value = { ...dashboard.value, conversations };
  await Promise.all([loadInstances(), open === null ? null : reloadInstance(open)]);
}

/** What the agent says in the open conversation; questions are announced wherever they come from. */
function readOut({ sender_type, requires_user_input, content }: Message): void {
  if (sender_type === 'AGENT' && !requires_user_input) announcement.value = preview(content);
}

const openInstance = (): string | null => (currentRoute.value.page === 'instance' ? currentRoute.value.id : null);

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

/** From sign-in to sign-out; each person begins with an empty page. */
export function startLiveUpdates(): void {
  const userId = computed(() => signedInUser.value?.user_id ?? null);
  effect(() => {
    if (userId.value === null) return undefined;
    const stop = new AbortController();
    untracked(() => {
      loadOutbox();
      void stayLive(stop.signal);
    });
    return () => {
      stop.abort();
      dashboard.value = emptyDashboard;
      nextCursor.value = undefined;
      outbox.value = [];
      connection.value = { state: 'connecting' };
    };
  });
  addEventListener('online', lookAlive);
  document.addEventListener('visibilitychange', lookAlive);
}
