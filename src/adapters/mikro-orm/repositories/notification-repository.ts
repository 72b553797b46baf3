import type { NotificationId, UserId } from '../../../domain/ids.ts';
import { isDueSooner, type Notification } from '../../../domain/notification/notification.ts';
import { NO_SETTINGS, type NotificationSettings } from '../../../domain/notification/settings.ts';
import type { Subscription } from '../../../ports/signals/signals.ts';
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
} from '../../../ports/storage/notification-repository.ts';
import type { Database } from '../database/database.ts';
import { ConflictError } from '../database/driver-errors.ts';
import { retryOnConflict } from '../database/retry-on-conflict.ts';
import { GatheredWrites } from '../group-commit/gathered-writes.ts';
import { addLinks, findLink, useLink } from '../statements/notifications/answer-links.ts';
import { deleteOutdated } from '../statements/notifications/delete-outdated.ts';
import { findSilent } from '../statements/notifications/find-silent.ts';
import { nextDue } from '../statements/notifications/next-due.ts';
import {
  findNotifications,
  listNotifications,
  notificationOf,
  selectNotifications,
  writeNotification,
} from '../statements/notifications/notifications.ts';
import {
  noteActive,
  readSettings,
  saveSettings,
  selectSettings,
  settingsOf,
} from '../statements/notifications/settings.ts';
import {
  keyOfWrite,
  type NotificationWrite,
  updateNotifications,
} from '../statements/notifications/update-notifications.ts';
import { updateLocked } from './locked-update.ts';

/** How often an update is tried without a lock. Processes that share the work seldom meet more than once. */
const MAX_UNLOCKED_ATTEMPTS = 2;

/**
 * Stores notifications in PostgreSQL or PGlite. The statement that saves conversations makes most of them;
 * see `notification-parts.ts`.
 */
export class MikroOrmNotificationRepository implements NotificationRepository {
  readonly inBackground?: NotificationRepository;
  readonly #database: Database;
  readonly #updates = new GatheredWrites(
    // A save that ends several of these questions may have locked them in another order.
    (writes: readonly NotificationWrite[]) =>
      retryOnConflict(() => updateNotifications(this.#database, writes)),
    ({ userId, before }) => keyOfWrite(userId, before.id),
  );
  readonly #links = new GatheredWrites(
    async (lists: readonly (readonly AnswerLink[])[]): Promise<undefined[]> => {
      await addLinks(this.#database, lists.flat());
      return [];
    },
    (links) => links[0]?.tokenHash ?? '',
  );
  readonly #listeners = new Set<() => void>();
  readonly #settingsListeners = new Set<() => void>();

  constructor(database: Database, inBackground?: NotificationRepository) {
    this.#database = database;
    if (inBackground !== undefined) this.inBackground = inBackground;
  }

  readSettings(userId: UserId): Promise<NotificationSettings> {
    return readSettings(this.#database, userId);
  }

  async updateSettings<Output>(
    target: SettingsTarget,
    decide: DecideNotification<NotificationSettings, Output>,
  ): Promise<Output> {
    const { userId } = target;
    const output = await updateLocked<NotificationSettings, NotificationSettings, Output>(
      this.#database,
      target,
      decide,
      {
        async load(tables) {
          const row = await selectSettings(tables, userId).forUpdate().executeTakeFirst();
          return row === undefined ? null : settingsOf(row);
        },
        toState: (stored) => stored ?? NO_SETTINGS,
        save: (tables, before, changes) => saveSettings(tables, userId, changes, before === null),
      },
    );
    for (const listener of this.#settingsListeners) listener();
    return output;
  }

  async noteActive(userId: UserId, activeUntil: Date): Promise<void> {
    await noteActive(this.#database, userId, activeUntil);
  }

  async update<Output>(
    target: NotificationTarget,
    decide: DecideNotification<Notification | null, Output>,
  ): Promise<Output> {
    let isSooner = false;
    // What the last call decides is what is saved.
    const deciding: typeof decide = (stored, record) => {
      const decision = decide(stored, record);
      const { changes } = decision;
      isSooner = changes !== null && isDueSooner(stored, changes);
      return decision;
    };
    const { idempotencyKey = null } = target;
    const unlocked = idempotencyKey === null ? await this.#updateUnlocked(target, deciding) : null;
    const { output } = unlocked ?? { output: await this.#updateLocked(target, deciding) };
    if (isSooner) this.announceDue();
    return output;
  }

  nextDue(limit: number, without: readonly UserId[] = []): Promise<readonly DueNotification[]> {
    return nextDue(this.#database, limit, without);
  }

  onDue(listener: () => void): Subscription {
    this.#listeners.add(listener);
    return { close: () => void this.#listeners.delete(listener) };
  }

  onSettings(listener: () => void): Subscription {
    this.#settingsListeners.add(listener);
    return { close: () => void this.#settingsListeners.delete(listener) };
  }

  findSilent(criteria: SilenceCriteria): Promise<readonly SilentInstance[] | null> {
    return findSilent(this.#database, criteria);
  }

  /** Calls the listeners of `onDue`. */
  announceDue(): void {
    for (const listener of this.#listeners) listener();
  }

  find(userId: UserId, ids: readonly NotificationId[]): Promise<readonly Notification[]> {
    return findNotifications(this.#database, userId, ids);
  }

  list(
    userId: UserId,
    page: { readonly limit: number; readonly after: NotificationPlace | null },
  ): Promise<NotificationPage> {
    return listNotifications(this.#database, userId, page);
  }

  addLinks(userId: UserId, links: readonly AnswerLink[]): Promise<void> {
    return this.#links.add(links.map((link) => ({ ...link, userId })));
  }

  findLink(tokenHash: string): Promise<AnswerLink | null> {
    return findLink(this.#database, tokenHash);
  }

  useLink(userId: UserId, tokenHash: string, time: Date): Promise<boolean> {
    return useLink(this.#database, userId, tokenHash, time);
  }

  deleteOutdated(time: Date): Promise<number> {
    return retryOnConflict(() => deleteOutdated(this.#database, time));
  }

  /** Updates it in two statements, or in one if it is known. Returns null after too many conflicts. */
  async #updateUnlocked<Output>(
    { userId, id, known }: NotificationTarget,
    decide: DecideNotification<Notification | null, Output>,
  ): Promise<{ readonly output: Output } | null> {
    for (let attempt = known === undefined ? 1 : 0; attempt <= MAX_UNLOCKED_ATTEMPTS; attempt += 1) {
      const before =
        attempt === 0 && known !== undefined
          ? known
          : ((await findNotifications(this.#database, userId, [id]))[0] ?? null);
      const { output, changes } = decide(before, null);
      // What is known may be outdated. Only a write shows that it is not.
      if (changes === null && attempt === 0) continue;
      if (changes === null) return { output };
      const isWritten =
        before === null
          ? (await this.#insert(userId, changes)).length > 0
          : await this.#updates.add({ userId, before, after: changes });
      if (isWritten) return { output };
    }
    return null;
  }

  #updateLocked<Output>(
    target: NotificationTarget,
    decide: DecideNotification<Notification | null, Output>,
  ): Promise<Output> {
    const { userId, id } = target;
    return updateLocked<Notification, Notification | null, Output>(this.#database, target, decide, {
      async load(tables) {
        const row = await selectNotifications(tables, userId, [id]).forUpdate().executeTakeFirst();
        return row === undefined ? null : notificationOf(row);
      },
      toState: (stored) => stored,
      async save(tables, before, changes) {
        const written = await writeNotification(tables, userId, before, changes).execute();
        if (written.length === 0) throw new ConflictError('another process has just made it');
      },
    });
  }

  #insert(userId: UserId, notification: Notification): Promise<readonly object[]> {
    return this.#database.execute([userId], (tables) =>
      writeNotification(tables, userId, null, notification),
    );
  }
}
