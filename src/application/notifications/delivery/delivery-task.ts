import type { Message } from '../../../domain/conversation/message.ts';
import type { UserId } from '../../../domain/ids.ts';
import type { Task } from '../../../domain/notification/advance.ts';
import type { Notification } from '../../../domain/notification/notification.ts';
import type { Subject } from '../notices.ts';

/** A task, with everything that it is about. */
export interface DeliveryTask extends Task {
  readonly userId: UserId;
  readonly notification: Notification;
  /** null for a test. */
  readonly subject: Subject | null;
  /** The answer of the question, if it has one. */
  readonly answer: Message | null;
}
