import { effect, signal } from '@preact/signals';
import { preview } from '../../model/preview.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { announcement } from '../page/notices.ts';
import { goTo, currentRoute } from '../page/current-route.ts';
import { dashboard, nextCursor, waitingInstances } from './dashboard.ts';

const TITLE = 'Agent Dashboard';

/** Whether the browser tells of questions while nobody looks. Asked for by a button only. */
export const notificationPermission = signal<NotificationPermission | 'unsupported'>(
  'Notification' in window ? Notification.permission : 'unsupported',
);

export async function requestNotificationPermission(): Promise<void> {
  notificationPermission.value = await Notification.requestPermission();
}

/** Tells of questions: in the title, to screen readers, and by a notification if nobody is looking. */
export function startQuestionAlerts(): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')!;
  /** When each waiting instance asked what was told. Null until the list has been read once. */
  let told: ReadonlyMap<string, string | null> | null = null;
  effect(() => {
    const waiting = waitingInstances.value;
    icon.href = waiting.length > 0 ? '/icon-waiting.svg' : '/icon.svg';
    document.title = `${waiting.length > 0 ? `(${waiting.length}) ` : ''}${pageTitle()}`;
    if (nextCursor.value === undefined) {
      told = null;
      return;
    }
    if (told !== null) {
      for (const instance of waiting) {
        if (told.get(instance.id) !== instance.latest_message_at) tell(instance);
      }
    }
    told = new Map(waiting.map((instance) => [instance.id, instance.latest_message_at]));
  });
}

function pageTitle(): string {
  const at = currentRoute.value;
  const open = at.page === 'instance' ? dashboard.value.instances.get(at.id) : undefined;
  if (open !== undefined) return `${open.name ?? open.agent_type_name} · ${TITLE}`;
  return at.page === 'keys' ? `API keys · ${TITLE}` : TITLE;
}

function tell(instance: AgentInstance): void {
  const who = instance.name ?? instance.agent_type_name;
  const what = preview(instance.latest_message ?? '');
  announcement.value = `${who} asks: ${what}`;
  if (document.visibilityState === 'visible' || notificationPermission.value !== 'granted') return;
  try {
    // One for each instance: the tag replaces what is outdated, and keeps two tabs from telling twice.
    const notification = new Notification(`${who} asks`, {
      body: what,
      tag: instance.id,
      icon: '/icon.svg',
    });
    notification.onclick = () => {
      window.focus();
      goTo({ page: 'instance', id: instance.id, tab: 'conversation' });
      notification.close();
    };
  } catch {
    // Some phones have the permission and refuse all the same.
  }
}
