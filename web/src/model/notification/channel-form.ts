import type { QuestionForm } from '../../../../src/domain/question/form.ts';
import type { NotificationChannel } from '../wire.ts';

const NO_FIELDS: QuestionForm = { type: 'object', properties: {} };

/** Returns what a channel needs to know. The server describes it as it describes the form of a question. */
export const formOfChannel = ({ settings }: NotificationChannel): QuestionForm =>
  (settings as QuestionForm | null) ?? NO_FIELDS;

/**
 * Returns the form with which the settings of a destination are changed. The server never shows settings
 * again, and replaces all of them at once, so the form begins empty.
 * @param channel null: the server does not have it any more, so only the name can be changed
 */
export const formOfChange = (channel: NotificationChannel | null): QuestionForm =>
  // A browser changes its subscription itself. Nobody can type one.
  channel === null || channel.public_key !== null ? NO_FIELDS : formOfChannel(channel);
