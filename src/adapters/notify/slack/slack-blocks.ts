import { cutText } from '../../../domain/text/graphemes.ts';
import type { Notice, NoticeOption } from '../../../ports/notifier.ts';
import { paragraphs, replyText } from '../chat/chat-text.ts';
import { deadlineText } from '../texts/deadline-text.ts';

const MAX_HEADER_LENGTH = 150;
const MAX_SECTION_LENGTH = 3_000;
const MAX_BUTTON_LENGTH = 75;
const MAX_BUTTONS = 25;

type PlainText = { readonly type: 'plain_text'; readonly text: string; readonly emoji: false };
type Markdown = { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true };

interface Button {
  readonly type: 'button';
  readonly action_id: string;
  readonly text: PlainText;
  readonly value: string;
}

export type SlackBlock =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: PlainText | Markdown }
  | { readonly type: 'actions'; readonly elements: Button[] }
  | { readonly type: 'context'; readonly elements: (PlainText | Markdown)[] };

/** What a message shows, without its buttons. It is kept, to show it with the outcome later. */
export interface SlackText {
  readonly title: string;
  readonly text: string;
  readonly url: string;
}

export const slackTextOf = ({ title, text, url }: Notice): SlackText => ({
  title: cutText(title, MAX_HEADER_LENGTH),
  text: cutText(text, MAX_SECTION_LENGTH),
  url,
});

/** Returns the blocks of a notice. Only the link is markup: agents write the rest. */
export function blocksOfNotice(notice: Notice, hasReplies: boolean): SlackBlock[] {
  const howTo = hasReplies ? replyText(notice, 'Reply in the thread to answer in your own words.') : null;
  const details = paragraphs(howTo, deadlineText(notice.question));
  const { options } = notice.question ?? { options: [] };
  return [
    ...textBlocks(slackTextOf(notice)),
    ...buttonBlocks(options),
    ...(details === '' ? [] : [contextOf(details)]),
  ];
}

/** Returns the blocks of a message whose question is over. */
export const blocksOfOutcome = (text: SlackText, outcome: string): SlackBlock[] => [
  ...textBlocks(text),
  plainSection(outcome),
];

export const plainSection = (text: string): SlackBlock => ({
  type: 'section',
  text: plain(cutText(text, MAX_SECTION_LENGTH)),
});

/** What a notification of Slack shows. It is markup in any case, so that what agents wrote is escaped. */
export const summaryOf = (...parts: readonly string[]): string => escapeText(paragraphs(...parts));

const textBlocks = ({ title, text, url }: SlackText): SlackBlock[] => [
  { type: 'header', text: plain(title) },
  ...(text === '' ? [] : [{ type: 'section' as const, text: plain(text) }]),
  {
    type: 'section',
    text: { type: 'mrkdwn', text: `<${linkOf(url)}|Open Agent Dashboard>`, verbatim: true },
  },
];

function buttonBlocks(options: readonly NoticeOption[]): SlackBlock[] {
  const buttons = options.map(
    ({ label, token }, nth): Button => ({
      ...{ type: 'button', action_id: `answer-${nth}`, value: token },
      text: plain(cutText(label, MAX_BUTTON_LENGTH)),
    }),
  );
  return Array.from({ length: Math.ceil(buttons.length / MAX_BUTTONS) }, (_, nth) => ({
    type: 'actions',
    elements: buttons.slice(nth * MAX_BUTTONS, (nth + 1) * MAX_BUTTONS),
  }));
}

const contextOf = (text: string): SlackBlock => ({ type: 'context', elements: [plain(text)] });
const plain = (text: string): PlainText => ({ type: 'plain_text', text, emoji: false });

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** `|` and `>` would end the address. */
const linkOf = (url: string): string => escapeText(url.replaceAll('|', '%7C').replaceAll('>', '%3E'));

/** Returns what a person wrote, from Slack's markup. */
export const writtenText = (markup: string): string =>
  markup
    .replaceAll(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, address: string, label?: string) => label || address)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
