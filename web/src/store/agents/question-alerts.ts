import { effect, signal } from '@preact/signals';
import { preview } from '../../model/preview.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { urlOf } from '../../server/page-url.ts';
import { currentRoute, goTo } from '../page/current-route.ts';
import { announcement } from '../page/notices.ts';
import { dashboard, nextCursor, waitingInstances } from './dashboard.ts';

const PAGE_TITLE = 'Agent Dashboard';

/** Whether the browser may show notifications. The page asks the user only after a click on the bell. */
export const notificationPermission = signal<NotificationPermission | 'unsupported'>(
  'Notification' in window ? Notification.permission : 'unsupported',
);

export async function requestNotificationPermission(): Promise<void> {
  notificationPermission.value = await Notification.requestPermission();
}

/**
 * Shows open questions in the page's title and icon. Alerts the user to each new question: screen readers
 * read it out, and the browser shows a notification if the page is not visible.
 */
export function startQuestionAlerts(): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')!;
  /**
   * The waiting instances that the user has been alerted to: the time of the latest message, by instance id.
   * Null: the list is not loaded yet.
   */
  let alertedInstances: ReadonlyMap<string, string | null> | null = null;
  effect(() => {
    const waiting = waitingInstances.value;
    icon.href = waiting.length > 0 ? urlOf('/icon-waiting.svg') : urlOf('/icon.svg');
    document.title = `${waiting.length > 0 ? `(${waiting.length}) ` : ''}${routeTitle()}`;
    if (nextCursor.value === undefined) {
      alertedInstances = null;
      return;
    }
    if (alertedInstances !== null) {
      for (const instance of waiting) {
        if (alertedInstances.get(instance.id) !== instance.latest_message_at) alertUser(instance);
      }
    }
    alertedInstances = new Map(waiting.map((instance) => [instance.id, instance.latest_message_at]));
  });
}

function routeTitle(): string {
  const route = currentRoute.value;
  const open = route.page === 'instance' ? dashboard.value.instances.get(route.id) : undefined;
  if (open !== undefined) return `${open.name ?? open.agent_type_name} · ${PAGE_TITLE}`;
  return route.page === 'keys' ? `API keys · ${PAGE_TITLE}` : PAGE_TITLE;
}

function alertUser(instance: AgentInstance): void {
  const name = instance.name ?? instance.agent_type_name;
  const question = preview(instance.latest_message ?? '');
  announcement.value = `${name} asks: ${question}`;
  if (document.visibilityState === 'visible' || notificationPermission.value !== 'granted') return;
  try {
    // The tag allows one notification per instance. A newer one replaces it, even if another tab shows it.
    const notification = new Notification(`${name} asks`, {
      body: question,
      tag: instance.id,
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
