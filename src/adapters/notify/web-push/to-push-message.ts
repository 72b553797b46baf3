import { cutText } from '../../../domain/text/graphemes.ts';
import type { Notice, NoticeQuestion, Recall } from '../../../ports/notifier.ts';
import { cutToSize } from '../texts/cut-to-size.ts';
import { deadlineText } from '../texts/deadline-text.ts';
import type { PushMessage } from './push-message.ts';

/** Push services take 4096 bytes (RFC 8291, section 4). The encryption needs 103 of them. */
export const MAX_MESSAGE_BYTES = 4096 - 103;

/** Browsers show no more buttons. With some of the answers, people would not look for the others. */
const MAX_OPTIONS = 2;
const MAX_ANSWERS_LENGTH = 300;
const MIN_TEXT_BYTES = 20;

export interface Receipt {
  readonly tag: string;
  readonly topic: string;
  readonly isSeveral: boolean;
  readonly hash: string;
}

/** Returns what the service worker shows for a notice. It fits into one push message. */
export function toPushMessage({ id, title, text, url, question }: Notice): PushMessage {
  const { options = [] } = question ?? {};
  return shorten(
    {
      ...{ title, body: text, tag: question?.id ?? id, hash: new URL(url).hash },
      options: (hasButtons(options) ? options : []).map(({ label, token }) => ({ label, token })),
      isOver: false,
    },
    endingOf(question),
  );
}

/** Returns what the service worker shows when a notice is over. */
export const toOverMessage = ({ title, outcome }: Recall, { tag, hash, isSeveral }: Receipt): PushMessage =>
  shorten({
    ...{ tag, hash, options: [], isOver: true },
    ...(isSeveral
      ? { title: 'Nothing of this waits for you any more', body: '' }
      : { title: outcome, body: title }),
  });

const hasButtons = (options: NoticeQuestion['options']): boolean => options.length <= MAX_OPTIONS;

/** Returns what has to be read although it is not in the text of the question. */
function endingOf(question: NoticeQuestion | null): string {
  const { options = [] } = question ?? {};
  const labels = options.map(({ label }) => label).join(', ');
  const answers = hasButtons(options) ? null : `Answers: ${cutText(labels, MAX_ANSWERS_LENGTH)}`;
  return [answers, deadlineText(question)].map((line) => (line === null ? '' : `\n${line}`)).join('');
}

/** Shortens the text until the message fits; only then drops the buttons. `ending` stays in the text. */
function shorten(message: PushMessage, ending = ''): PushMessage {
  const room = MAX_MESSAGE_BYTES - bytesOf({ ...message, body: ending });
  if (room < MIN_TEXT_BYTES && message.options.length > 0)
    return shorten({ ...message, options: [] }, ending);
  return { ...message, body: cutToSize(message.body, room, (text) => bytesOf(text) - bytesOf('')) + ending };
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
