import { outcomeOf } from '../../../domain/conversation/outcome.ts';
import type { Destination } from '../../../domain/notification/destination.ts';
import type { TaskResult } from '../../../domain/notification/settle.ts';
import { cutText } from '../../../domain/text/graphemes.ts';
import { plainLine } from '../../../domain/text/plain-text.ts';
import { DeliveryError, type Notice, type Notifier, type Recall } from '../../../ports/notifier.ts';
import type { Clock, Logger } from '../../../ports/runtime.ts';
import type { AnswerLink, NotificationRepository } from '../../../ports/storage/notification-repository.ts';
import { hashOfLinkToken } from '../answer-links.ts';
import { type Channels, newLinkToken } from '../channels.ts';
import { joinedNotice, type NewToken, noticeOf, testNoticeOf } from '../notices.ts';
import { outcomeText } from '../outcome-text.ts';
import type { PageLinks } from '../page-links.ts';
import type { DeliveryTask } from './delivery-task.ts';

/** How long a channel may take. It is shorter than `BUSY_MS`, so that nobody else begins meanwhile. */
const TIMEOUT_MS = 30_000;
/** When a channel is given up that ignores its signal. One that heeds it has said what was wrong before. */
const GIVE_UP_MS = TIMEOUT_MS + 2_000;
const LINK_LIFE_MS = 7 * 24 * 60 * 60 * 1000;
const MAX_ERROR_LENGTH = 300;

export interface CourierPorts {
  readonly channels: Channels;
  readonly notifications: NotificationRepository;
  readonly links: PageLinks;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'debug' | 'warn'>;
}

/** Hands notices to channels. It changes nothing that is stored but the links in the notices. */
export class Courier {
  readonly #ports: CourierPorts;

  constructor(ports: CourierPorts) {
    this.#ports = ports;
  }

  /** Whether several notices for this destination can be sent as one. */
  joins({ channel }: Destination): boolean {
    return this.#ports.channels.find(channel)?.joinsNotices ?? false;
  }

  /** Does tasks that belong together. Never rejects. */
  async perform(tasks: readonly DeliveryTask[]): Promise<TaskResult> {
    const [first] = tasks as [DeliveryTask];
    const { channel } = first.destination;
    const notifier = this.#ports.channels.find(channel);
    try {
      if (first.notification.event === 'outcome') return await this.#postOutcome(first);
      if (notifier === null) return failed('This server is not set up for this channel any more', true);
      return first.work === 'deliver'
        ? await this.#deliver(notifier, tasks)
        : await this.#recall(notifier, first);
    } catch (err) {
      if (err instanceof DeliveryError) {
        this.#ports.logger.debug({ err, channel }, 'A delivery failed');
        return { ...failed(err.message, err.isFinal), retryAfterMs: err.retryAfterMs };
      }
      this.#ports.logger.warn({ err, channel }, 'A delivery failed for an unexpected reason');
      return failed('It could not be delivered; the log of the server has the reason', false);
    }
  }

  async #deliver(notifier: Notifier, tasks: readonly DeliveryTask[]): Promise<TaskResult> {
    const { channels, notifications, links } = this.#ports;
    const [{ userId, destination }] = tasks as [DeliveryTask];
    const newLinks: AnswerLink[] = [];
    const notices = tasks.map((task) => this.#noticeOf(task, newLinks));
    const notice = notices.length === 1 ? notices[0]! : joinedNotice(notices, links);
    const settings = channels.open(userId, destination);
    // A joined notice has no buttons.
    const shownLinks = newLinks.filter(({ value }) => value === null || notices.length === 1);
    if (shownLinks.length > 0) await notifications.addLinks(userId, shownLinks);
    const receipt = await inTime((signal) => notifier.deliver(settings, notice, signal));
    const sentWith = tasks.length === 1 ? null : tasks.map(({ notification }) => notification.id);
    return { status: 'delivered', receipt, sentWith };
  }

  async #postOutcome({ notification, userId, subject, answer }: DeliveryTask): Promise<TaskResult> {
    const { postOutcome } = this.#ports.channels;
    const outcome = subject?.message == null ? null : outcomeOf(subject.message, answer);
    const url = notification.reach?.callback;
    if (postOutcome === null || subject === null || outcome === null || url == null)
      return failed('This server cannot tell how the question ended', true);
    const ended = {
      ...{ id: notification.id, userId, agentInstanceId: subject.instance.id, outcome },
      answer: answer && { id: answer.id, text: answer.content },
      endedAt: notification.createdAt,
    };
    await inTime((signal) => postOutcome(url, ended, signal));
    return { status: 'delivered', receipt: null, sentWith: null };
  }

  #noticeOf({ userId, notification, destination, subject }: DeliveryTask, newLinks: AnswerLink[]): Notice {
    const { clock, links } = this.#ports;
    const expiresAt = new Date(clock.now().getTime() + LINK_LIFE_MS);
    const newToken: NewToken = (value) => {
      const token = newLinkToken();
      newLinks.push({
        ...{ userId, tokenHash: hashOfLinkToken(token), notificationId: notification.id, value, expiresAt },
        ...{ destinationId: destination.id, usedAt: null },
        agentInstanceId: notification.agentInstanceId,
        questionId: notification.event === 'question' ? notification.messageId : null,
      });
      return token;
    };
    const { event } = notification;
    if (subject === null || event === 'test' || event === 'outcome')
      return testNoticeOf(notification, links, newToken);
    return noticeOf({ ...notification, event }, subject, links, newToken);
  }

  async #recall(notifier: Notifier, task: DeliveryTask): Promise<TaskResult> {
    const { destination, delivery, userId } = task;
    const { receipt } = delivery;
    if (notifier.recall === undefined || receipt === null) return { status: 'recalled' };
    // What was sent for several is taken back when the last of them is over.
    const others = await this.#ports.notifications.find(userId, delivery.sentWith ?? []);
    if (others.some(({ overAt }) => overAt === null)) return { status: 'recalled' };
    const settings = this.#ports.channels.open(userId, destination);
    await inTime(async (signal) => notifier.recall?.(settings, receipt, recallOf(task), signal));
    return { status: 'recalled' };
  }
}

/** @throws DeliveryError if it takes too long, so that no channel holds up others for ever. */
async function inTime<Result>(run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const { promise: isLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeliveryError('It took too long')), GIVE_UP_MS);
  try {
    return await Promise.race([run(AbortSignal.timeout(TIMEOUT_MS)), isLate]);
  } finally {
    clearTimeout(timer);
  }
}

function recallOf({ notification, subject, answer }: DeliveryTask): Recall {
  const outcome = subject?.message == null ? null : outcomeOf(subject.message, answer);
  return {
    id: notification.id,
    title: subject === null ? '' : cutText(plainLine(subject.message?.content ?? ''), 120),
    outcome: outcome === null ? 'It is over' : outcomeText(outcome, answer?.content ?? null),
  };
}

const failed = (error: string, isFinal: boolean) => ({
  status: 'failed' as const,
  isFinal,
  retryAfterMs: null,
  error: cutText(plainLine(error), MAX_ERROR_LENGTH),
});
