import type { NotificationRepository } from '../../ports/storage/notification-repository.ts';
import type { AnswerLinks } from './answer-links.ts';
import type { Channels } from './channels.ts';
import type { PageLinks } from './page-links.ts';

/** What use cases need for notifications. */
export interface NotificationPorts {
  readonly repository: NotificationRepository;
  readonly channels: Channels;
  readonly answerLinks: AnswerLinks;
  readonly links: PageLinks;
}
