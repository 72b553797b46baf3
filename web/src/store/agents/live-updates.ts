import { computed, effect, signal, untracked } from '@preact/signals';
import { openQuestions } from '../../model/conversation.ts';
import { applyEvent, emptyDashboard } from '../../model/dashboard-state.ts';
import { mayHaveAsked, NewQuestions } from '../../model/new-questions.ts';
import { preview } from '../../model/preview.ts';
import { endingToTell } from '../../model/question/ending.ts';
import type { AgentInstance, LiveEventData, Message, StreamEvent } from '../../model/wire.ts';
import { SharedEvents } from '../../server/shared-events.ts';
import { currentRoute } from '../page/current-route.ts';
import { announcement } from '../page/notices.ts';
import { signedInUser } from '../session/signed-in-user.ts';
import { dashboard, loadInstances, nextCursor, reloadInstance } from './dashboard.ts';
import { removeFormDraft } from './form-drafts.ts';
import { flushOutbox, loadOutbox, outbox } from './outbox.ts';
import { forgetEndedQuestions, forgetQuestion, questionsToTell } from './question-alerts.ts';

/**
 * The state of the event stream. While the stream is lost, the page shows data that it received at
 * `dataFrom`, a time in ms.
 */
export type Connection =
  | { readonly state: 'connecting' | 'live' }
  | { readonly state: 'lost'; readonly dataFrom: number };

export const connection = signal<Connection>({ state: 'connecting' });

let lastEventAt = 0;
let events: SharedEvents | null = null;
let newQuestions = new NewQuestions();

function onLive(): void {
  lastEventAt = Date.now();
  if (connection.value.state === 'live') return;
  connection.value = { state: 'live' };
  void flushOutbox();
}

function onEvent(event: StreamEvent, isFirst: boolean): void {
  onLive();
  const { instances } = dashboard.value;
  const id = 'agent_instance_id' in event.data ? event.data.agent_instance_id : '';
  const question = newQuestions.inEvent(event, instances.get(id));
  if (question !== null) questionsToTell.value = [...questionsToTell.value, question];
  if (event.type === 'message_update') tellEnding(event.data);
  dashboard.value = applyEvent(dashboard.value, event);
  // The list is loaded only now: an earlier load could miss a change before the stream began.
  if (isFirst || event.type === 'resync') void reloadAll().catch(() => null);
  const openId = openInstanceId();
  if (event.type === 'message' && event.data.agent_instance_id === openId) announceStep(event.data);
  if (openId !== null && needsReload(openId, event)) void reloadInstance(openId).catch(() => null);
}

function onLost(): void {
  if (connection.value.state !== 'lost')
    connection.value = { state: 'lost', dataFrom: lastEventAt || Date.now() };
  // Some proxies block event streams. Then the page is updated by ordinary requests, with a delay.
  void reloadAll().then(
    () => {
      if (connection.value.state === 'lost') connection.value = { state: 'lost', dataFrom: Date.now() };
    },
    () => null,
  );
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
  const before = dashboard.value.instances;
  const isFirstLoad = nextCursor.value === undefined;
  const conversations = new Map([...dashboard.value.conversations].filter(([id]) => id === openId));
  dashboard.value = { ...dashboard.value, conversations };
  await Promise.all([loadInstances(), openId === null ? null : reloadInstance(openId)]);
  forgetEndedQuestions();
  // What is open when the page is opened is no news: the user sees it.
  if (!isFirstLoad) await tellMissedQuestions(before);
}

async function tellMissedQuestions(before: ReadonlyMap<string, AgentInstance>): Promise<void> {
  for (const { id } of mayHaveAsked(before, dashboard.value.instances)) {
    await reloadInstance(id);
    const conversation = dashboard.value.conversations.get(id);
    if (conversation === undefined) continue;
    const missed = newQuestions.inMissed(id, before.get(id), openQuestions(conversation));
    questionsToTell.value = [...questionsToTell.value, ...missed];
  }
}

/** Lets screen readers read out a step of the open conversation. Questions have their own alert. */
function announceStep({ sender_type, requires_user_input, content }: Message): void {
  if (sender_type === 'AGENT' && !requires_user_input) announcement.value = preview(content);
}

/** Does the same with a question of the open conversation that ends without the user. */
function tellEnding({ agent_instance_id: id, ...message }: LiveEventData['message_update']): void {
  if (message.question_status !== 'open') {
    forgetQuestion(message.id);
    if (message.question?.form != null) removeFormDraft(message.id);
  }
  if (id !== openInstanceId()) return;
  const known = dashboard.value.conversations.get(id)?.messages.find((one) => one.id === message.id);
  announcement.value = endingToTell(known, message) ?? announcement.value;
}

const openInstanceId = (): string | null =>
  currentRoute.value.page === 'instance' ? currentRoute.value.id : null;

/** Keeps the dashboard up to date while a user is signed in, and empties it when the user signs out. */
export function startLiveUpdates(): void {
  const userId = computed(() => signedInUser.value?.user_id ?? null);
  effect(() => {
    const id = userId.value;
    if (id === null) return undefined;
    const stopController = new AbortController();
    untracked(() => {
      loadOutbox();
      newQuestions = new NewQuestions();
      const onSignedOut = () => {
        signedInUser.value = null;
      };
      const listener = { onEvent, onJoined, onLost, onSignedOut };
      events = new SharedEvents(id, listener, stopController.signal);
    });
    return () => {
      stopController.abort();
      events = null;
      dashboard.value = emptyDashboard;
      nextCursor.value = undefined;
      outbox.value = [];
      questionsToTell.value = [];
      connection.value = { state: 'connecting' };
    };
  });
  const reconnect = () => {
    if (document.visibilityState === 'visible') events?.reconnectNow();
  };
  addEventListener('online', reconnect);
  document.addEventListener('visibilitychange', reconnect);
}

function onJoined(): void {
  onLive();
  void reloadAll().catch(() => null);
}
