import type { Notice, NoticeQuestion, Recall } from '../../../ports/notifier.ts';
import { cutToSize } from '../texts/cut-to-size.ts';
import { deadlineText } from '../texts/deadline-text.ts';
import type { Topic } from './topic.ts';

/** The limits of a server with the default settings (`message-size-limit`), in bytes of UTF-8. */
const MAX_MESSAGE_BYTES = 4096;
const MAX_JSON_BYTES = 2 * MAX_MESSAGE_BYTES;
const MAX_ACTIONS = 3;

/** What ntfy shows as a button. */
type Action =
  | { readonly action: 'view'; readonly label: string; readonly url: string; readonly clear: boolean }
  | {
      readonly action: 'http';
      readonly label: string;
      readonly url: string;
      readonly method: 'POST';
      readonly headers: { readonly [name: string]: string };
      readonly body: string;
      readonly clear: boolean;
    };

/** A message as ntfy takes it: https://docs.ntfy.sh/publish/#publish-as-json. */
export interface NtfyMessage {
  readonly topic: string;
  /** Absent: ntfy shows the name of the topic. */
  readonly title?: string;
  readonly message: string;
  readonly priority: 1 | 3 | 4;
  readonly tags: readonly string[];
  readonly click?: string;
  readonly actions?: readonly Action[];
  /** A message with the sequence id of an earlier one replaces it. Servers before 2.16 ignore it. */
  readonly sequence_id: string;
}

/** How urgent each kind of notice is, and the emoji before its title. */
const LOOKS = {
  question: { priority: 4, tags: ['question'] },
  several: { priority: 4, tags: ['inbox_tray'] },
  test: { priority: 3, tags: ['bell'] },
  step: { priority: 3, tags: ['speech_balloon'] },
  ended: { priority: 3, tags: ['checkered_flag'] },
  failed: { priority: 4, tags: ['x'] },
  silent: { priority: 3, tags: ['zzz'] },
} as const satisfies { readonly [event in Notice['event']]: object };

export function ntfyMessage({ name }: Topic, notice: Notice): NtfyMessage {
  const { id, event, title, text, url, question } = notice;
  const parts = [text, optionsText(question), deadlineText(question)];
  const message = parts.filter((part) => part !== null && part !== '').join('\n\n');
  return fitted({
    ...{ topic: name, click: url, sequence_id: id, ...LOOKS[event] },
    // ntfy shows an empty message as `triggered`.
    ...(message === '' ? { message: title } : { title, message }),
    actions: actionsOf(notice, question),
  });
}

/** Replaces what was delivered. It makes no sound, and has no buttons. */
export const ntfyOutcome = ({ name }: Topic, sequenceId: string, { title, outcome }: Recall): NtfyMessage =>
  fitted({
    ...{ topic: name, sequence_id: sequenceId, priority: 1, tags: ['white_check_mark'] },
    ...(title === '' ? { message: outcome } : { title: outcome, message: title }),
  });

function actionsOf({ event, url }: Notice, question: NoticeQuestion | null): readonly Action[] {
  const options = question?.options ?? [];
  if (options.length > 0 && options.length <= MAX_ACTIONS)
    return options.map(({ label, postUrl }) => ({
      ...{ action: 'http', label, url: postUrl, method: 'POST' },
      ...{ headers: { 'Content-Type': 'application/json' }, body: '{}', clear: true },
    }));
  // A form needs the page of the conversation.
  const address = question?.takesText ? question.pageUrl : url;
  return [{ action: 'view', label: event === 'question' ? 'Answer' : 'Open', url: address, clear: true }];
}

/** Lists the options if they are too many for buttons; null if they are not. */
function optionsText(question: NoticeQuestion | null): string | null {
  const options = question?.options ?? [];
  return options.length > MAX_ACTIONS ? options.map(({ label }) => `• ${label}`).join('\n') : null;
}

/** Cuts the text, so that the server takes it. It makes a longer one an attachment, or refuses it. */
function fitted(message: NtfyMessage): NtfyMessage {
  const cut = cutToSize(message.message, MAX_MESSAGE_BYTES, bytesOf);
  const room = MAX_JSON_BYTES - bytesOf(JSON.stringify({ ...message, message: '' }));
  return { ...message, message: cutToSize(cut, room, jsonBytesOf) };
}

const bytesOf = (text: string): number => Buffer.byteLength(text);
/** Without the quotes around it, which are in the size of the empty message already. */
const jsonBytesOf = (text: string): number => bytesOf(JSON.stringify(text)) - 2;
