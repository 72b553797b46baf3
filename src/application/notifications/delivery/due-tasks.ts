import type { Message } from '../../../domain/conversation/message.ts';
import type { AgentInstanceId, DestinationId, UserId } from '../../../domain/ids.ts';
import { advance, isNeedless, type Situation } from '../../../domain/notification/advance.ts';
import type { Destination } from '../../../domain/notification/destination.ts';
import type { Notification } from '../../../domain/notification/notification.ts';
import type { Clock } from '../../../ports/runtime.ts';
import type {
  DueNotification,
  NotificationRepository,
} from '../../../ports/storage/notification-repository.ts';
import type { Store } from '../../../ports/store.ts';
import type { Subject } from '../notices.ts';
import type { DeliveryLimits } from './delivery-limits.ts';
import type { DeliveryTask } from './delivery-task.ts';

export interface DueTaskPorts extends Pick<Store, 'repository'> {
  readonly notifications: NotificationRepository;
  readonly limits: DeliveryLimits;
  readonly clock: Clock;
  /** Whether several notices for this destination can be sent as one. */
  readonly joins: (destination: Destination) => boolean;
}

/** Finds out what has to be done for notifications that are due, and marks it as being done. */
export class DueTasks {
  readonly #ports: DueTaskPorts;

  constructor(ports: DueTaskPorts) {
    this.#ports = ports;
  }

  /**
   * Takes what is due for one user, and what is so soon that it belongs together.
   * @param taken what is due of all users, without what has to wait for its turn.
   * @returns lists of tasks: what is in one list is sent as one.
   */
  async take(
    userId: UserId,
    next: readonly DueNotification[],
    taken: ReadonlySet<DueNotification>,
  ): Promise<readonly DeliveryTask[][]> {
    const settings = await this.#ports.notifications.readSettings(userId);
    const now = this.#ports.clock.now();
    const isGrouped = settings.rules.groupSeconds > 0;
    const fullUntil = this.#ports.limits.ofBatch(userId, isGrouped, now);
    const advance = async (some: readonly DueNotification[], joining: ReadonlySet<DestinationId>) => {
      const stored = await this.#ports.notifications.find(
        userId,
        some.map(({ id }) => id),
      );
      const situation = { settings, joining, now, fullUntil };
      return (await Promise.all(stored.map((each) => this.#advance(userId, each, situation)))).flat();
    };
    const due = next.filter((each) => taken.has(each));
    const tasks = await advance(due, new Set());
    const joining = new Set(tasks.filter(isDelivery).map(({ destination }) => destination.id));
    const groupEnd = now.getTime() + settings.rules.groupSeconds * 1000;
    const soon = next.filter(({ dueAt }) => dueAt > now && dueAt.getTime() <= groupEnd);
    if (joining.size > 0) tasks.push(...(await advance(soon, joining)));
    const joins = (task: DeliveryTask) =>
      (isGrouped || task.wasHeld) && isDelivery(task) && this.#ports.joins(task.destination);
    const groups = Map.groupBy(tasks, (task) => {
      const { work, destination, notification } = task;
      if (!joins(task)) return `${work} ${destination.id} ${notification.id}`;
      // A question that came with a step would lose its buttons.
      return `${destination.id} ${notification.event === 'question'}`;
    });
    return [...groups.values()];
  }

  async #advance(
    userId: UserId,
    known: Notification,
    situation: Omit<Situation, 'expiresAt'>,
  ): Promise<readonly DeliveryTask[]> {
    const { subject, answer } = await this.#readSubject(userId, known);
    const expiresAt = subject?.message?.expiresAt ?? null;
    const isGone =
      known.agentInstanceId !== null && (subject === null || isNeedless(known, subject.instance));
    return this.#ports.notifications.update({ userId, id: known.id, known }, (current) => {
      if (current === null) return { output: [], changes: null, record: null };
      const overAt = current.overAt ?? (isGone ? situation.now : null);
      const { notification, tasks } = advance({ ...current, overAt }, { ...situation, expiresAt });
      const output = tasks.map((task) => ({ ...task, userId, notification, subject, answer }));
      return { output, changes: notification, record: null };
    });
  }

  async #readSubject(
    userId: UserId,
    { agentInstanceId, messageId }: Notification,
  ): Promise<{ subject: Subject | null; answer: Message | null }> {
    if (agentInstanceId === null) return { subject: null, answer: null };
    const target = {
      userId,
      agentInstanceId: agentInstanceId as AgentInstanceId,
      questionId: messageId,
      messageId,
    };
    return this.#ports.repository.update(target, ({ instance, messages }) => {
      const message = messages.find(({ id }) => id === messageId) ?? null;
      const answer = messages.find(({ id }) => id === message?.answerId) ?? null;
      return { output: { subject: instance && { instance, message }, answer }, changes: null, record: null };
    });
  }
}

const isDelivery = ({
  work,
  notification: { event },
}: Pick<DeliveryTask, 'work' | 'notification'>): boolean =>
  work === 'deliver' && event !== 'test' && event !== 'outcome';
