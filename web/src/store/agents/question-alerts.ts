import { effect, signal, untracked } from '@preact/signals';
import type { AskedQuestion } from '../../model/new-questions.ts';
import { preview } from '../../model/preview.ts';
import { textOf } from '../../model/question/question-text.ts';
import { formatRoute, type Route } from '../../model/route.ts';
import { statusGroupOf } from '../../model/status-group.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { urlOf } from '../../server/page-url.ts';
import { closeInWorker, showInWorker } from '../../server/worker-notifications.ts';
import { currentRoute, goTo } from '../page/current-route.ts';
import { announcement } from '../page/notices.ts';
import { dashboard, waitingInstances } from './dashboard.ts';

const PAGE_TITLE = 'Agent Dashboard';

/** Whether the browser may show notifications. The page asks the user only after a click on the bell. */
export const notificationPermission = signal<NotificationPermission | 'unsupported'>(
  'Notification' in window ? Notification.permission : 'unsupported',
);

export async function requestNotificationPermission(): Promise<void> {
  notificationPermission.value = await Notification.requestPermission();
}

/** New questions of which the user was not told yet. */
export const questionsToTell = signal<readonly AskedQuestion[]>([]);

/** The browser's notifications of questions that are open, by the id of the question. */
const alerts = new Map<string, { readonly instanceId: string; readonly close: () => void }>();

/** Closes the notification of a question that has ended, and tells nobody of it any more. */
export function forgetQuestion(id: string): void {
  if (questionsToTell.peek().some((question) => question.id === id))
    questionsToTell.value = questionsToTell.peek().filter((question) => question.id !== id);
  alerts.get(id)?.close();
  alerts.delete(id);
}

/** Does so with the questions of instances that do not wait any more: their ends may have been missed. */
export function forgetEndedQuestions(): void {
  for (const [id, { instanceId }] of alerts) {
    const instance = dashboard.peek().instances.get(instanceId);
    if (instance === undefined || statusGroupOf(instance) !== 'waiting') forgetQuestion(id);
  }
}

/**
 * Shows open questions in the page's title and icon. Alerts the user to each new question: screen readers
 * read it out, and the browser shows a notification if the page is not visible.
 */
export function startQuestionAlerts(): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')!;
  effect(() => {
    const waitingCount = waitingInstances.value.length;
    icon.href = waitingCount > 0 ? urlOf('/icon-waiting.svg') : urlOf('/icon.svg');
    document.title = `${waitingCount > 0 ? `(${waitingCount}) ` : ''}${routeTitle()}`;
  });
  effect(() => {
    const questions = questionsToTell.value;
    if (questions.length === 0) return;
    const { instances } = dashboard.value;
    // The message of an instance that the page does not know comes before the instance itself.
    const unknown = questions.filter(({ agent_instance_id }) => !instances.has(agent_instance_id));
    if (unknown.length === questions.length) return;
    untracked(() => {
      questionsToTell.value = unknown;
      for (const question of questions) {
        const instance = instances.get(question.agent_instance_id);
        if (instance !== undefined) alertUser(instance, question);
      }
    });
  });
}

const TITLES = { keys: 'API keys', notifications: 'Notifications', answer: 'Answer' };

function routeTitle(): string {
  const route = currentRoute.value;
  const open = route.page === 'instance' ? dashboard.value.instances.get(route.id) : undefined;
  if (open !== undefined) return `${open.name ?? open.agent_type_name} · ${PAGE_TITLE}`;
  return route.page in TITLES ? `${TITLES[route.page as keyof typeof TITLES]} · ${PAGE_TITLE}` : PAGE_TITLE;
}

type Alert = Pick<Parameters<typeof showInWorker>[0], 'tag' | 'title' | 'body'>;

function alertUser(instance: AgentInstance, question: AskedQuestion): void {
  const name = instance.name ?? instance.agent_type_name;
  const text = preview(textOf(question));
  announcement.value = `${name} asks: ${text}`;
  if (document.visibilityState === 'visible' || notificationPermission.value !== 'granted') return;
  const message = { tag: question.id, title: `${name} asks`, body: text };
  const shown = show(message, { page: 'instance', id: instance.id, tab: 'conversation' });
  alerts.set(question.id, { instanceId: instance.id, close: () => void shown.then((close) => close()) });
}

/** Shows a notification of the browser. Returns a function that closes it. */
async function show(message: Alert, route: Route): Promise<() => void> {
  const pushed = { ...message, hash: formatRoute(route), options: [], isOver: false };
  const isShown = await showInWorker(pushed).catch(() => false);
  return isShown ? () => void closeInWorker(message.tag).catch(() => null) : showInPage(message, route);
}

function showInPage({ tag, title, body }: Alert, route: Route): () => void {
  try {
    // Notifications with one tag replace each other silently. So all tabs show a question once, and the next
    // question of the same agent alerts again.
    const notification = new Notification(title, { body, tag, icon: urlOf('/icon.svg') });
    notification.onclose = () => alerts.delete(tag);
    notification.onclick = () => {
      window.focus();
      goTo(route);
      notification.close();
    };
    return () => notification.close();
  } catch {
    // Some mobile browsers throw here, although the permission is granted.
    return () => {};
  }
}
