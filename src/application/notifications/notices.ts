import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import { lastSignOfLife } from '../../domain/conversation/liveness.ts';
import type { Message } from '../../domain/conversation/message.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import { fitAnswer } from '../../domain/question/fit-answer.ts';
import { cutText } from '../../domain/text/graphemes.ts';
import { plainLine, plainText } from '../../domain/text/plain-text.ts';
import type { Notice, NoticeQuestion } from '../../ports/notifier.ts';
import type { PageLinks } from './page-links.ts';

const MAX_TITLE_LENGTH = 120;
const MAX_TEXT_LENGTH = 2_000;
const MAX_LABEL_LENGTH = 100;
/** Of one message among several. */
const MAX_LINE_LENGTH = 200;
/** Of the line that says how many more there are. */
const MAX_REST_LENGTH = 30;

/** What a notification is about. */
export interface Subject {
  readonly instance: AgentInstance;
  /** The question or the step; null if the notification is about the instance. */
  readonly message: Message | null;
}

/** Makes a token that answers with this value; null: with a text. */
export type NewToken = (value: string | null) => string;

/** Returns what a person is told about a question, a step, or what an agent has come to. */
export function noticeOf(
  { id, event, createdAt }: Notification & { readonly event: keyof typeof TITLES },
  { instance, message }: Subject,
  links: PageLinks,
  newToken: NewToken,
): Notice {
  const agent = agentName(instance);
  const question = event === 'question' && message !== null ? questionOf(message, links, newToken) : null;
  return {
    ...{ id, createdAt, question },
    event,
    title: cutLine(TITLES[event](agent)),
    text: cutText(plainText(textOf(event, { instance, message })), MAX_TEXT_LENGTH),
    url: links.instance(instance.id),
    agent: { instanceId: instance.id, type: instance.agentType.name, name: instance.name },
  };
}

/** Returns the notice by which a person tries a destination. Its button shows that answers arrive. */
export function testNoticeOf({ id, createdAt }: Notification, links: PageLinks, newToken: NewToken): Notice {
  const [button, text] = [newToken(TEST_VALUE), newToken(null)];
  return {
    ...{ id, createdAt, event: 'test', agent: null },
    title: 'Test of Agent Dashboard',
    text: 'Can you see this? Tap the button, so that the dashboard knows that your answers arrive.',
    url: links.notifications(),
    question: {
      ...{ id, deadline: null, takesText: false, ...linksOf(text, links) },
      options: [{ label: 'I see it', ...linksOf(button, links) }],
    },
  };
}

export const TEST_VALUE = 'seen';

/**
 * Joins several notices into one, which leads to the list of agents. They are questions, or none of them is.
 * Each question has the address of a page that takes its answer.
 */
export function joinedNotice(notices: readonly Notice[], links: PageLinks): Notice {
  const [first] = notices as [Notice];
  return {
    ...{ event: 'several', agent: null, question: null, id: first.id, createdAt: first.createdAt },
    title:
      first.question === null
        ? `${notices.length} messages from your agents`
        : `${notices.length} questions wait for you`,
    text: joinedText(notices.map(joinedLine)),
    url: links.list(),
  };
}

function joinedLine({ title, text, question }: Notice): string {
  const line = `• ${title}: ${cutText(text.split('\n', 1)[0]!, MAX_LINE_LENGTH)}`;
  if (question === null) return line;
  const { deadline, pageUrl } = question;
  const answer = deadline?.defaultAnswer == null ? '' : `, then: ${deadline.defaultAnswer}`;
  const until = deadline === null ? '' : ` (until ${minuteText(deadline.at)}${answer})`;
  return `${line}${until}\n${pageUrl}`;
}

/** Joins as many whole lines as fit: half an address would be useless. */
function joinedText(lines: readonly string[]): string {
  const fitting = lines.filter(
    (_, nth) => lines.slice(0, nth + 1).join('\n').length <= MAX_TEXT_LENGTH - MAX_REST_LENGTH,
  );
  const rest = lines.length - fitting.length;
  return [...fitting, ...(rest === 0 ? [] : [`… and ${rest} more`])].join('\n');
}

function questionOf(message: Message, links: PageLinks, newToken: NewToken): NoticeQuestion {
  const { choice = null, form = null, defaultAnswer = null } = message.question ?? {};
  const options = choice === null || choice.multiple ? [] : choice.options;
  const token = newToken(null);
  return {
    id: message.id,
    options: options.map(({ label, value }) => ({
      label: cutText(plainLine(label), MAX_LABEL_LENGTH),
      ...linksOf(newToken(value), links),
    })),
    takesText: form === null,
    ...linksOf(token, links),
    deadline: message.expiresAt && {
      at: message.expiresAt,
      defaultAnswer:
        defaultAnswer === null ? null : cutLine(fitAnswer(message.question, defaultAnswer).content),
    },
  };
}

const linksOf = (token: string, links: PageLinks) => ({
  token,
  postUrl: links.postAnswer(token),
  pageUrl: links.answer(token),
});

const TITLES = {
  question: (agent: string) => `${agent} asks`,
  step: (agent: string) => `${agent} reports`,
  ended: (agent: string) => `${agent} has ended`,
  failed: (agent: string) => `${agent} could not finish`,
  silent: (agent: string) => `${agent} is silent`,
};

function textOf(event: keyof typeof TITLES, { instance, message }: Subject): string {
  if (event === 'failed') return instance.failure ?? '';
  if (event === 'silent') return `It was last heard of at ${minuteText(lastSignOfLife(instance))}.`;
  return message?.content ?? '';
}

/** Returns a time as `2026-03-01 12:00 UTC`: the time zone of the reader is not known. */
const minuteText = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const agentName = ({ name, agentType }: AgentInstance): string =>
  name === null ? agentType.name : `${name} (${agentType.name})`;

const cutLine = (text: string): string => cutText(plainLine(text), MAX_TITLE_LENGTH);
