import { computed, effect, signal, untracked } from '@preact/signals';
import { backoffMs } from '../../../../src/adapters/client/http/backoff.ts';
import { applyEvent, emptyDashboard } from '../../model/dashboard-state.ts';
import { preview } from '../../model/preview.ts';
import type { Message, StreamEvent } from '../../model/wire.ts';
import { readEvents, type StreamPosition } from '../../server/event-source.ts';
import { currentRoute } from '../page/current-route.ts';
import { announcement } from '../page/notices.ts';
import { signedInUser } from '../session/signed-in-user.ts';
import { dashboard, loadInstances, nextCursor, reloadInstance } from './dashboard.ts';
import { flushOutbox, loadOutbox, outbox } from './outbox.ts';

/**
 * The state of the event stream. While the stream is lost, the page shows data that it received at
 * `dataFrom`, a time in ms.
 */
export type Connection =
  | { readonly state: 'connecting' | 'live' }
  | { readonly state: 'lost'; readonly dataFrom: number };

export const connection = signal<Connection>({ state: 'connecting' });

/** A stream that has been silent for longer than this is opened again when the page becomes visible. */
const TRUSTED_SILENCE_MS = 20_000;

let lastEventAt = 0;
/** Ends the pause before the next attempt to connect, if there is one. */
let endPauseNow: () => void = () => {};
let currentStream = new AbortController();

/** Reads the event stream until `stopSignal` is aborted. Opens the stream again whenever it breaks. */
async function followEvents(stopSignal: AbortSignal): Promise<void> {
  const position: StreamPosition = { lastEventId: null };
  let failureCount = 0;
  while (!stopSignal.aborted) {
    currentStream = new AbortController();
    const isResuming = position.lastEventId !== null;
    const onEvent = (event: StreamEvent) => {
      failureCount = 0;
      handleEvent(event);
      // The list is loaded only now: an earlier load could miss a change before the stream began.
      if (event.type === 'connected' && !isResuming) void reloadAll().catch(() => null);
    };
    const end = await readEvents(position, onEvent, AbortSignal.any([stopSignal, currentStream.signal]));
    if (stopSignal.aborted) return;
    if (end === 'signed-out') {
      signedInUser.value = null;
      return;
    }
    if (connection.value.state !== 'lost')
      connection.value = { state: 'lost', dataFrom: lastEventAt || Date.now() };
    // Some proxies block event streams. Then the page is updated by ordinary requests, with a delay.
    void reloadAll().then(
      () => {
        if (connection.value.state === 'lost') connection.value = { state: 'lost', dataFrom: Date.now() };
      },
      () => null,
    );
    failureCount += 1;
    await pause(backoffMs(failureCount, Math.random()));
  }
}

/** Reconnects at once, because the network is back or the page is visible again. */
function reconnectNow(): void {
  if (connection.value.state === 'live' && Date.now() - lastEventAt > TRUSTED_SILENCE_MS)
    currentStream.abort();
  endPauseNow();
}

function handleEvent(event: StreamEvent): void {
  lastEventAt = Date.now();
  if (connection.value.state !== 'live') {
    connection.value = { state: 'live' };
    void flushOutbox();
  }
  if (event.type === 'resync') void reloadAll().catch(() => null);
  else dashboard.value = applyEvent(dashboard.value, event);
  const openId = openInstanceId();
  if (event.type === 'message' && event.data.agent_instance_id === openId) announceStep(event.data);
  if (openId !== null && needsReload(openId, event)) void reloadInstance(openId).catch(() => null);
}

/** Returns true if the open conversation has missed a message, or got an event before it was loaded. */
function needsReload(openId: string, { data }: StreamEvent): boolean {
  const conversation = dashboard.value.conversations.get(openId);
  if (conversation !== undefined) return conversation.hasGap;
  return 'agent_instance_id' in data && data.agent_instance_id === openId;
}

/**
 * Loads the list and the open conversation again, because the stream cannot replay what was missed. The
 * other conversations are removed, and loaded again when they are opened.
 */
async function reloadAll(): Promise<void> {
  const openId = openInstanceId();
  const conversations = new Map([...dashboard.value.conversations].filter(([id]) => id === openId));
  dashboard.value = { ...dashboard.value, conversations };
  await Promise.all([loadInstances(), openId === null ? null : reloadInstance(openId)]);
}

/** Lets screen readers read out a step of the open conversation. Questions have their own alert. */
function announceStep({ sender_type, requires_user_input, content }: Message): void {
  if (sender_type === 'AGENT' && !requires_user_input) announcement.value = preview(content);
}

const openInstanceId = (): string | null =>
  currentRoute.value.page === 'instance' ? currentRoute.value.id : null;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    endPauseNow = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

/** Keeps the dashboard up to date while a user is signed in, and empties it when the user signs out. */
export function startLiveUpdates(): void {
  const userId = computed(() => signedInUser.value?.user_id ?? null);
  effect(() => {
    if (userId.value === null) return undefined;
    const stopController = new AbortController();
    untracked(() => {
      loadOutbox();
      void followEvents(stopController.signal);
    });
    return () => {
      stopController.abort();
      dashboard.value = emptyDashboard;
      nextCursor.value = undefined;
      outbox.value = [];
      connection.value = { state: 'connecting' };
    };
  });
  addEventListener('online', reconnectNow);
  document.addEventListener('visibilitychange', reconnectNow);
}
