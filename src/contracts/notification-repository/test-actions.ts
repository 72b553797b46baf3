import { endSession } from '../../domain/conversation/lifecycle.ts';
import type { NotificationId, UserId } from '../../domain/ids.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import { DEFAULT_RULES, type NotificationSettings } from '../../domain/notification/settings.ts';
import type { DueNotification } from '../../ports/storage/notification-repository.ts';
import {
  type InstanceTarget,
  testActionsIn as instanceActionsIn,
  newTarget,
} from '../agent-instance-repository/test-actions.ts';
import { aDestination, aNotification } from '../notification-builders.ts';
import { msAfterNow, NOW } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenNotifications } from './open-notifications.ts';

/** More than all tests together have made. */
const MANY = 100_000;

/**
 * Returns the actions that the tests share. An action uses the first repository unless another one is given.
 */
export function testActionsIn(storeUnderTest: () => OpenNotifications) {
  const store = () => storeUnderTest().repositories[0];

  /** What agents and users do. */
  const agents = instanceActionsIn(() => ({ repositories: storeUnderTest().instances }));

  /** Asks a question that has a deadline. */
  const ask = (target: InstanceTarget, content = 'May I?', repository = agents.store()) =>
    agents.post(target, { content, isQuestion: true, expiresAt: msAfterNow(1) }, repository);

  /** Ends an instance. */
  const end = (target: InstanceTarget, now = NOW, failure: string | null = null) =>
    agents.store().update(
      target,
      withoutRecord((conversation) => endSession(conversation, { now, failure })),
    );

  const changeSettings = (
    userId: UserId,
    change: (settings: NotificationSettings) => NotificationSettings,
    repository = store(),
  ) =>
    repository.updateSettings({ userId }, (settings) => ({
      output: null,
      changes: change(settings),
      record: null,
    }));

  /** Saves one destination, and the default rules. */
  const saveDestination = (userId: UserId) =>
    changeSettings(userId, (settings) => ({
      ...settings,
      destinations: [aDestination()],
      rules: DEFAULT_RULES,
    }));

  /** Returns an instance that does not exist yet, of a user who has a destination. */
  const newNotifiedTarget = async (): Promise<InstanceTarget> => {
    const target = newTarget();
    await saveDestination(target.userId);
    return target;
  };

  /** Saves the notification. One with the same id is replaced. */
  const save = (userId: UserId, notification: Notification, repository = store()) =>
    repository.update({ userId, id: notification.id }, () => ({
      output: null,
      changes: notification,
      record: null,
    }));

  /** Builds a notification and saves it. */
  const saveNew = async (userId: UserId, fields: Partial<Notification> = {}) => {
    const notification = aNotification(fields);
    await save(userId, notification);
    return notification;
  };

  /** Changes a stored notification. */
  const change = (
    userId: UserId,
    id: NotificationId,
    fields: (notification: Notification) => Partial<Notification>,
    repository = store(),
  ) =>
    repository.update({ userId, id }, (before) => ({
      output: null,
      changes: before && { ...before, ...fields(before), version: before.version + 1 },
      record: null,
    }));

  /** Returns all notifications of the user, the newest first. */
  const all = async (userId: UserId, repository = store()) =>
    (await repository.list(userId, { limit: MANY, after: null })).notifications;

  /** Returns what is due for these users, the earliest first. */
  const dueOf = async (...users: readonly UserId[]): Promise<readonly DueNotification[]> =>
    (await store().nextDue(MANY)).filter(({ userId }) => users.includes(userId));

  return {
    store,
    agents,
    ask,
    end,
    changeSettings,
    saveDestination,
    newNotifiedTarget,
    save,
    saveNew,
    change,
    all,
    dueOf,
  };
}

/** Returns the id of a notification that is about this message or instance. */
export const notificationIdOf = ({ id }: { readonly id: string }) => id as NotificationId;
