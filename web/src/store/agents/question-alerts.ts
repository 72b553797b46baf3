import { effect, signal, untracked } from '@preact/signals';
import type { AskedQuestion } from '../../model/new-questions.ts';
import { preview } from '../../model/preview.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { urlOf } from '../../server/page-url.ts';
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

function routeTitle(): string {
  const route = currentRoute.value;
  const open = route.page === 'instance' ? dashboard.value.instances.get(route.id) : undefined;
  if (open !== undefined) return `${open.name ?? open.agent_type_name} · ${PAGE_TITLE}`;
  return route.page === 'keys' ? `API keys · ${PAGE_TITLE}` : PAGE_TITLE;
}

function alertUser(instance: AgentInstance, question: AskedQuestion): void {
  const name = instance.name ?? instance.agent_type_name;
  const text = preview(question.content);
  announcement.value = `${name} asks: ${text}`;
  if (document.visibilityState === 'visible' || notificationPermission.value !== 'granted') return;
  try {
    // Notifications with one tag replace each other silently. So all tabs show a question once, and the next
    // question of the same agent alerts again.
    const notification = new Notification(`${name} asks`, {
      body: text,
      tag: question.id,
      icon: urlOf('/icon.svg'),
    });
    notification.onclick = () => {
      window.focus();
      goTo({ page: 'instance', id: instance.id, tab: 'conversation' });
      notification.close();
    };
  } catch {
    // Some mobile browsers throw here, although the permission is granted.
  }
}
