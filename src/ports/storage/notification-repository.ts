import type { IdempotencyRecord } from '../../domain/idempotency.ts';
import type { AgentInstanceId, DestinationId, MessageId, NotificationId, UserId } from '../../domain/ids.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import type { NotificationSettings } from '../../domain/notification/settings.ts';
import type { Silence } from '../../domain/notification/silence.ts';
import type { Subscription } from '../signals/signals.ts';

/** Identifies one notification. */
export interface NotificationRef {
  readonly userId: UserId;
  readonly id: NotificationId;
}

/** A notification for which something has to be done, and when. */
export interface DueNotification extends NotificationRef {
  readonly dueAt: Date;
}

/** A silent instance of a user who wants to know. */
export interface SilentInstance extends Silence {
  readonly userId: UserId;
}

/** Which silent instances to return. */
export interface SilenceCriteria {
  /** Only those whose last sign of life is before this time … */
  readonly silentBefore: Date;
  /** … and not before this one. */
  readonly silentAfter: Date;
  /** Instances that agents wait on in this process. They are not silent. */
  readonly waitingHere: ReadonlySet<AgentInstanceId>;
  readonly limit: number;
}

/** The result of deciding one update. */
export interface NotificationDecision<State, Output> {
  readonly output: Output;
  /** The new or changed state; null: nothing changes. */
  readonly changes: State | null;
  /** The idempotency record that is written together with the change; null: none. */
  readonly record: IdempotencyRecord | null;
}

/**
 * Decides what one update changes. The function must be pure: after a conflict with another change it is
 * called again with the newer state.
 */
export type DecideNotification<State, Output> = (
  state: State,
  record: IdempotencyRecord | null,
) => NotificationDecision<NonNullable<State>, Output>;

/** What one update is about, and the idempotency key of the request, if it has one. */
export interface SettingsTarget {
  readonly userId: UserId;
  readonly idempotencyKey?: string | null;
}
export interface NotificationTarget extends SettingsTarget {
  readonly id: NotificationId;
  /**
   * The notification as the caller knows it. If it is still like that, a store need not load it. The result
   * is the same without it.
   */
  readonly known?: Notification;
}

/** Lets the holder of a link answer one question, once, without another token. */
export interface AnswerLink {
  readonly userId: UserId;
  /** SHA-256 of the token in the link, in base64url. The token itself is never stored. */
  readonly tokenHash: string;
  readonly notificationId: NotificationId;
  readonly destinationId: DestinationId;
  /** null for the link of a test. */
  readonly agentInstanceId: AgentInstanceId | null;
  readonly questionId: MessageId | null;
  /** The only value that the link answers with; null: its holder chooses. */
  readonly value: string | null;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

/** A page of notifications, the newest first. */
export interface NotificationPage {
  readonly notifications: readonly Notification[];
  /** The place after which the next page begins; null on the last page. */
  readonly next: NotificationPlace | null;
}
export type NotificationPlace = Pick<Notification, 'id' | 'createdAt'>;

/**
 * Stores where users are notified, their notifications, and what has to be done for them. Ids of another user
 * behave like ids that do not exist.
 *
 * `AgentInstanceRepository.update` makes the notifications of conversations: in the same atomic step in which
 * it saves the changes, it applies `notificationChangesOf` of them. Only users who have a destination get new
 * ones, except those with the event `outcome`; a stored one that is over is noted in any case. So a
 * notification is there exactly when its cause is committed. A new notification is due at once. One that is
 * over becomes due again; a store need not check whether something has to be taken back. What is made and
 * over in changes that a store saves together may be left out.
 */
export interface NotificationRepository {
  /** The same for work that nobody waits for: requests of users go first. Absent: there is no difference. */
  readonly inBackground?: NotificationRepository;

  /** Returns the settings of the user; `NO_SETTINGS` if the user has none. */
  readSettings(userId: UserId): Promise<NotificationSettings>;

  /**
   * Loads the settings, calls `decide`, and saves what it returns in one atomic step. `activeUntil` is not
   * changed. Updates of the settings of one user are linearizable.
   * @throws PortError `storage_busy` after a bounded number of conflicts; nothing was written.
   * @throws PortError `storage_unavailable`; the change may or may not have been written.
   */
  updateSettings<Output>(
    target: SettingsTarget,
    decide: DecideNotification<NotificationSettings, Output>,
  ): Promise<Output>;

  /**
   * Notes until when the user counts as looking at the page. An earlier time than the stored one is ignored,
   * and so is any time of a user without settings.
   */
  noteActive(userId: UserId, activeUntil: Date): Promise<void>;

  /**
   * Loads a notification, calls `decide` with it (null: it does not exist), and saves what it returns in one
   * atomic step. Updates of one notification are linearizable.
   * @throws PortError as `updateSettings` does.
   */
  update<Output>(
    target: NotificationTarget,
    decide: DecideNotification<Notification | null, Output>,
  ): Promise<Output>;

  /**
   * Returns the notifications of all users for which something has to be done, the earliest first, also those
   * for which that is in the future; at most `limit` of them. It is one cheap read.
   * @param without users whose notifications are left out.
   */
  nextDue(limit: number, without?: readonly UserId[]): Promise<readonly DueNotification[]>;

  /**
   * Calls the listener when this process has saved a notification for which something has to be done earlier
   * than before: a new one, or one that is over now. If no user ever had a destination, and no program a
   * callback, it is never called.
   */
  onDue(listener: () => void): Subscription;

  /** Calls the listener when this process has saved settings of any user. */
  onSettings(listener: () => void): Subscription;

  /**
   * Returns active instances without a sign of life, of all users whose rules are about `silent`, unless a
   * notification was made of that silence already. Instances that an agent waits on are left out, also those
   * that it waits on in another process. The latest silence is first. It is one read.
   * @returns null if no user has such a rule.
   */
  findSilent(criteria: SilenceCriteria): Promise<readonly SilentInstance[] | null>;

  /** Returns those of the user's notifications that exist, in any order. */
  find(userId: UserId, ids: readonly NotificationId[]): Promise<readonly Notification[]>;

  /** Returns a page of the user's notifications, the newest first: by time, then by id. */
  list(
    userId: UserId,
    page: { readonly limit: number; readonly after: NotificationPlace | null },
  ): Promise<NotificationPage>;

  /** Saves links of one user. A link with the same hash is replaced. */
  addLinks(userId: UserId, links: readonly AnswerLink[]): Promise<void>;

  /** Returns the link with this hash, of any user: the hash is the only proof that its holder has. */
  findLink(tokenHash: string): Promise<AnswerLink | null>;

  /**
   * Marks a link as used.
   * @returns false if it was used before, or does not exist.
   */
  useLink(userId: UserId, tokenHash: string, time: Date): Promise<boolean>;

  /**
   * Deletes links that expired before `time`, and notifications that were made before `time` and for which
   * nothing has to be done, of all users. At most some at a time.
   * @returns how many were deleted.
   */
  deleteOutdated(time: Date): Promise<number>;
}
