import { lastSignOfLife } from '../../domain/conversation/liveness.ts';
import type { NotificationId, UserId } from '../../domain/ids.ts';
import {
  isDueSooner,
  type Notification,
  type NotificationChange,
  newNotification,
  nextActionAt,
  overNotification,
} from '../../domain/notification/notification.ts';
import { NO_SETTINGS, type NotificationSettings } from '../../domain/notification/settings.ts';
import { silenceNotificationId, watchesSilence } from '../../domain/notification/silence.ts';
import { storageBusy } from '../../ports/errors.ts';
import type { Subscription } from '../../ports/signals/signals.ts';
import type {
  AnswerLink,
  DecideNotification,
  DueNotification,
  NotificationPage,
  NotificationPlace,
  NotificationRepository,
  NotificationTarget,
  SettingsTarget,
  SilenceCriteria,
  SilentInstance,
} from '../../ports/storage/notification-repository.ts';
import { UserData } from './user-data.ts';

/** Stores notifications beside the user's agent instances. It copies all values that it stores or returns. */
export class InMemoryNotificationRepository implements NotificationRepository {
  readonly #users: Map<UserId, UserData>;
  readonly #listeners = new Set<() => void>();
  readonly #settingsListeners = new Set<() => void>();

  /** @param repository the repository of agent instances. Both share the users and idempotency records. */
  constructor(repository: { readonly users: Map<UserId, UserData> }) {
    this.#users = repository.users;
  }

  async readSettings(userId: UserId): Promise<NotificationSettings> {
    return structuredClone(this.#users.get(userId)?.notificationSettings ?? NO_SETTINGS);
  }

  async updateSettings<Output>(
    target: SettingsTarget,
    decide: DecideNotification<NotificationSettings, Output>,
  ): Promise<Output> {
    const output = this.#update(target, decide, {
      read: ({ notificationSettings }) => notificationSettings ?? NO_SETTINGS,
      write(user, { activeUntil: _, ...changes }) {
        user.notificationSettings = { ...(user.notificationSettings ?? NO_SETTINGS), ...changes };
      },
    });
    for (const listener of this.#settingsListeners) listener();
    return output;
  }

  async noteActive(userId: UserId, activeUntil: Date): Promise<void> {
    const user = this.#users.get(userId);
    const settings = user?.notificationSettings;
    if (user === undefined || settings == null) return;
    if (settings.activeUntil !== null && settings.activeUntil >= activeUntil) return;
    user.notificationSettings = { ...settings, activeUntil: new Date(activeUntil) };
  }

  async update<Output>(
    target: NotificationTarget,
    decide: DecideNotification<Notification | null, Output>,
  ): Promise<Output> {
    let isSooner = false;
    const output = this.#update(target, decide, {
      read: ({ notifications }) => notifications.get(target.id) ?? null,
      write({ notifications }, changes) {
        isSooner = isDueSooner(notifications.get(target.id) ?? null, changes);
        notifications.set(target.id, changes);
      },
    });
    if (isSooner) this.#announce();
    return output;
  }

  onSettings(listener: () => void): Subscription {
    this.#settingsListeners.add(listener);
    return { close: () => void this.#settingsListeners.delete(listener) };
  }

  async findSilent(criteria: SilenceCriteria): Promise<readonly SilentInstance[] | null> {
    const watching = [...this.#users].filter(
      ([, { notificationSettings }]) => notificationSettings !== null && watchesSilence(notificationSettings),
    );
    if (watching.length === 0) return null;
    const { silentBefore, silentAfter, waitingHere, limit } = criteria;
    const silent = watching.flatMap(([userId, { instances, notifications }]) =>
      [...instances.values()].flatMap(({ instance }): SilentInstance[] => {
        const since = lastSignOfLife(instance);
        if (waitingHere.has(instance.id)) return [];
        if (instance.status !== 'ACTIVE' || since >= silentBefore || since < silentAfter) return [];
        const noted = notifications.get(silenceNotificationId(instance.id));
        if (noted !== undefined && noted.createdAt >= since) return [];
        return [{ userId, agentInstanceId: instance.id, lastSignOfLife: since }];
      }),
    );
    const latestFirst = silent.sort((a, b) => b.lastSignOfLife.getTime() - a.lastSignOfLife.getTime());
    return structuredClone(latestFirst.slice(0, limit));
  }

  async nextDue(limit: number, without: readonly UserId[] = []): Promise<readonly DueNotification[]> {
    const due: DueNotification[] = [];
    for (const [userId, { notifications }] of this.#users) {
      if (without.includes(userId)) continue;
      for (const [id, notification] of notifications) {
        const dueAt = nextActionAt(notification);
        if (dueAt !== null) due.push({ userId, id, dueAt });
      }
    }
    return due.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime()).slice(0, limit);
  }

  onDue(listener: () => void): Subscription {
    this.#listeners.add(listener);
    return { close: () => void this.#listeners.delete(listener) };
  }

  async find(userId: UserId, ids: readonly NotificationId[]): Promise<readonly Notification[]> {
    const notifications = this.#users.get(userId)?.notifications;
    return structuredClone(ids.flatMap((id) => notifications?.get(id) ?? []));
  }

  async list(
    userId: UserId,
    { limit, after }: { readonly limit: number; readonly after: NotificationPlace | null },
  ): Promise<NotificationPage> {
    const all = [...(this.#users.get(userId)?.notifications.values() ?? [])].sort(newestFirst);
    const rest = after === null ? all : all.filter((notification) => newestFirst(after, notification) < 0);
    const notifications = rest.slice(0, limit);
    const last = notifications.at(-1);
    const next = last !== undefined && rest.length > limit ? last : null;
    return structuredClone({ notifications, next: next && { id: next.id, createdAt: next.createdAt } });
  }

  async addLinks(userId: UserId, links: readonly AnswerLink[]): Promise<void> {
    const user = this.#users.get(userId) ?? new UserData();
    this.#users.set(userId, user);
    for (const link of links) user.answerLinks.set(link.tokenHash, structuredClone(link));
  }

  async findLink(tokenHash: string): Promise<AnswerLink | null> {
    for (const { answerLinks } of this.#users.values()) {
      const link = answerLinks.get(tokenHash);
      if (link !== undefined) return structuredClone(link);
    }
    return null;
  }

  async useLink(userId: UserId, tokenHash: string, time: Date): Promise<boolean> {
    const links = this.#users.get(userId)?.answerLinks;
    const link = links?.get(tokenHash);
    if (link === undefined || link.usedAt !== null) return false;
    links!.set(tokenHash, { ...link, usedAt: new Date(time) });
    return true;
  }

  async deleteOutdated(time: Date): Promise<number> {
    let deleted = 0;
    for (const { notifications, answerLinks } of this.#users.values()) {
      for (const [id, notification] of notifications) {
        const isOutdated = notification.createdAt < time && nextActionAt(notification) === null;
        if (isOutdated && notifications.delete(id)) deleted += 1;
      }
      for (const [hash, { expiresAt }] of answerLinks) {
        if (expiresAt < time && answerLinks.delete(hash)) deleted += 1;
      }
    }
    return deleted;
  }

  /** Applies what a change of a conversation means. It is called in the same turn in which that is saved. */
  apply(user: UserData, changes: readonly NotificationChange[]): void {
    const hasDestination = (user.notificationSettings?.destinations.length ?? 0) > 0;
    let isDue = false;
    for (const change of changes) {
      const stored = user.notifications.get(change.id) ?? null;
      const isWanted = hasDestination || change.event === 'outcome';
      const made = isWanted && !change.isOver ? newNotification(stored, change) : null;
      const notification = change.isOver ? overNotification(stored, change) : made;
      if (notification === null) continue;
      user.notifications.set(change.id, notification);
      isDue = true;
    }
    if (isDue) this.#announce();
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }

  #update<State, Output>(
    { userId, idempotencyKey = null }: SettingsTarget,
    decide: DecideNotification<State, Output>,
    part: { read: (user: UserData) => State; write: (user: UserData, changes: NonNullable<State>) => void },
  ): Output {
    const user = this.#users.get(userId) ?? new UserData();
    const storedRecord =
      idempotencyKey === null ? null : (user.idempotencyRecords.get(idempotencyKey) ?? null);
    const { output, changes, record } = decide(
      structuredClone(part.read(user)),
      structuredClone(storedRecord),
    );
    if (record !== null && storedRecord !== null) throw storageBusy();
    if (changes !== null || record !== null) this.#users.set(userId, user);
    if (changes !== null) part.write(user, structuredClone(changes));
    if (record !== null && idempotencyKey !== null)
      user.idempotencyRecords.set(idempotencyKey, structuredClone(record));
    return output;
  }
}

const newestFirst = (a: NotificationPlace, b: NotificationPlace): number => {
  if (a.id === b.id) return 0;
  return b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1);
};
