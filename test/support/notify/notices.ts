import { randomBytes } from 'node:crypto';
import type { AnswerReceived, Inbox, Notice, NoticeQuestion } from '../../../src/ports/notifier.ts';

export const noticeToken = (): string => randomBytes(32).toString('base64url');

/** A notice of a question with the options Yes and No. */
export function questionNotice(
  {
    options = ['Yes', 'No'],
    ...question
  }: Partial<Omit<NoticeQuestion, 'options'>> & { options?: string[] } = {},
  notice: Partial<Notice> = {},
): Notice & { readonly question: NoticeQuestion } {
  return {
    ...{
      id: 'notice-1',
      event: 'question',
      title: 'deploy (Claude Code) asks',
      text: 'Deploy to production?',
    },
    url: 'https://agents.example.com/#/instances/1',
    agent: { instanceId: 'instance-1', type: 'Claude Code', name: 'deploy' },
    createdAt: new Date('2026-11-30T10:00:00Z'),
    ...notice,
    question: {
      ...{ id: 'question-1', takesText: true, token: noticeToken(), deadline: null },
      postUrl: 'https://agents.example.com/a/text',
      pageUrl: 'https://agents.example.com/#/answer/text',
      ...question,
      options: options.map((label) => {
        const token = noticeToken();
        const links = {
          postUrl: `https://agents.example.com/a/${token}`,
          pageUrl: `https://x.example/${token}`,
        };
        return { label, token, ...links };
      }),
    },
  };
}

/** A notice that only tells something. */
export const stepNotice = (notice: Partial<Notice> = {}): Notice => ({
  ...questionNotice(),
  ...{ event: 'step', title: 'deploy (Claude Code) reports', text: 'The tests pass.', question: null },
  ...notice,
});

/** Records what is answered. */
export class RecordingInbox implements Inbox {
  readonly answers: { readonly token: string; readonly text: string | null }[] = [];
  readonly expected: { readonly notice: Notice; readonly token: string }[] = [];
  /** What the next answers lead to. */
  received: AnswerReceived = { isAccepted: true, text: 'Your answer was given to the agent.' };
  /** Runs before an answer is accepted. */
  before: () => Promise<void> = async () => {};

  async answer(token: string, text: string | null): Promise<AnswerReceived> {
    this.answers.push({ token, text });
    await this.before();
    return this.received;
  }

  async expectAnswer(notice: Notice, token: string): Promise<void> {
    this.expected.push({ notice, token });
  }
}

/** Keeps what was logged, to be searched for secrets. */
export class RecordingLogger {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];
  readonly debug = this.#at('debug');
  readonly info = this.#at('info');
  readonly warn = this.#at('warn');
  readonly error = this.#at('error');

  get loud(): readonly string[] {
    return this.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);
  }

  #at(level: string) {
    return (fields: object, message: string) => void this.lines.push({ level, fields, message });
  }
}

/** Everything that a log could show of an error: its own properties and its causes. */
export function shownOf(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? '';
  const own = Object.values(error).map((value) => shownOf(value));
  return [error.stack, ...own, error.cause === undefined ? '' : shownOf(error.cause)].join('\n');
}
