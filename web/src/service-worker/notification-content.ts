import type { PushMessage } from '../../../src/adapters/notify/web-push/push-message.ts';

export type { PushMessage };

/** What a notification carries, for a click on it. */
export interface NotificationContent extends Pick<PushMessage, 'tag' | 'hash' | 'options' | 'isOver'> {
  /** Another one for each notification that is shown. */
  readonly key: string;
  /** Whether a page has shown it, because it learned of the question before the push came. */
  readonly isFromPage?: boolean;
}

/**
 * The lock that the worker and the pages hold while they show, read or close notifications. Without it, one
 * could show a second notification while another looks for the first. And Chromium forgets a notification
 * that it is about to show if something else reads the list at that moment.
 */
export const NOTIFICATIONS_LOCK = 'notifications';

/** The options that TypeScript's library does not have yet. */
export interface FullOptions extends NotificationOptions {
  readonly actions?: readonly { readonly action: string; readonly title: string }[];
  readonly renotify?: boolean;
  readonly data: NotificationContent;
}

export interface Shown {
  readonly title: string;
  readonly options: FullOptions;
}

/** What is shown for a message that cannot be read: browsers demand that each push shows something. */
const UNREADABLE: PushMessage = {
  ...{ tag: 'unreadable', title: 'Agent Dashboard', body: 'Something is new. Open the page to see it.' },
  ...{ hash: '#/', options: [], isOver: false },
};

/** Reads what the server sent. The page, and so this code, may be older than the server. */
export function parsePushMessage(text: string): PushMessage {
  try {
    const { tag, title, body, hash, options, isOver } = JSON.parse(text) as PushMessage;
    const isReadable = [tag, title, body, hash].every((field) => typeof field === 'string');
    if (!isReadable || !Array.isArray(options)) return UNREADABLE;
    return { tag, title, body, hash, options, isOver: isOver === true };
  } catch {
    return UNREADABLE;
  }
}

/**
 * Returns the notification for a message.
 * @param iconUrl returns the address of an icon
 */
export function toNotification(message: PushMessage, iconUrl: (file: string) => string): Shown {
  const { title, body, tag, hash, options, isOver } = message;
  return {
    title,
    options: {
      ...{ body, tag, icon: iconUrl('icon-192.png'), badge: iconUrl('badge.png') },
      // Without `renotify`, a notification with the tag of one that is still shown alerts nobody.
      ...(isOver ? { silent: true } : { renotify: true }),
      actions: options.map(({ label }, index) => ({ action: String(index), title: label })),
      data: { tag, hash, options, isOver, key: crypto.randomUUID() },
    },
  };
}
