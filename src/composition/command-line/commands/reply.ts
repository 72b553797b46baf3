import { createInterface, type Interface } from 'node:readline/promises';
import { text as readAll } from 'node:stream/consumers';
import {
  type ConversationMessage,
  DashboardError,
  type PeopleClient,
} from '../../../adapters/client/client.ts';
import { plainLine, plainText } from '../../../domain/text/plain-text.ts';
import type { Environment } from '../../config/config.ts';
import { UsageError } from '../../errors.ts';
import { findInstanceId, readOpenQuestion } from '../../terminal/find-instance.ts';
import { plainJson } from '../../terminal/plain-text.ts';
import { questionText } from '../../terminal/question-lines.ts';
import { readAnswer, type Typed } from '../../terminal/typed-answer.ts';
import { type UserClientOptions, withUserClient } from '../../terminal/with-user-client.ts';

/** How long the key is valid that `withUserClient` makes. The person has this time to type the answer. */
const KEY_LIFE_SECONDS = 10 * 60;

export interface ReplyOptions extends UserClientOptions {
  readonly json?: boolean;
  /** A text that is no number of an option. */
  readonly text?: string;
  /** The numbers of options. */
  readonly option?: readonly string[];
  /** The fields of a form: `name=value`. */
  readonly field?: readonly string[];
}

/**
 * Answers the newest open question of an instance. Without an open question the text is queued for the
 * agent, unless it looks like the choice of an option: then its question has ended, and the agent would not
 * know what the number means.
 * @param idOrStart the instance's id, or a start of it that is unique.
 * @param answer the text to send, or the number of an option; null: it is in the options, or a person types
 * it on the terminal, or it is read from stdin.
 * @returns false when the question already had an answer.
 * @throws UsageError if there is more than one answer.
 */
export function reply(
  env: Environment,
  idOrStart: string,
  answer: string | null,
  options: ReplyOptions,
): Promise<boolean> {
  const given = givenAnswer(answer, options);
  return withUserClient(env, { ...options, keyLifeSeconds: KEY_LIFE_SECONDS }, async (people) => {
    const agent_instance_id = await findInstanceId(people, idOrStart);
    const { hasEnded, question } = await readOpenQuestion(people, agent_instance_id);
    const typed = given ?? (await readTyped(question));
    if ('text' in typed && typed.text.trim() === '') throw new Error('There is nothing to send');
    if (question !== null) return sendAnswer(people, question, typed, options);
    if (!('text' in typed)) throw new Error('There is no open question');
    const text = typed.text.trim();
    if (typed.kind === 'answer' && isChoice(text))
      throw new Error(`There is no open question. To send the text anyway, write --text ${text}`);
    const message = await people.write({ agent_instance_id, content: typed.text });
    print(options, { outcome: 'queued', message }, hasEnded ? QUEUED_AT_END : QUEUED);
    return true;
  });
}

const isChoice = (text: string): boolean => /^\d+(,\d+)*$/.test(text);

function givenAnswer(answer: string | null, { text, option, field }: ReplyOptions): Typed | null {
  const given: Typed[] = [
    ...(answer === null ? [] : [{ kind: 'answer', text: answer } as const]),
    ...(text === undefined ? [] : [{ kind: 'text', text } as const]),
    ...(option === undefined ? [] : [{ kind: 'options', numbers: option } as const]),
    ...(field === undefined ? [] : [{ kind: 'fields', fields: field } as const]),
  ];
  if (given.length > 1) throw new UsageError('give only one answer: a text, --text, --option or --field');
  return given[0] ?? null;
}

async function sendAnswer(
  people: PeopleClient,
  question: ConversationMessage,
  typed: Typed,
  options: ReplyOptions,
): Promise<boolean> {
  const answer = readAnswer(question, typed);
  try {
    const message = await people.answer({ question_id: question.id, ...answer, via: 'terminal' });
    print(options, { outcome: 'answered', message }, `Answered: ${quote(message.content)}`);
    return true;
  } catch (error) {
    if (!(error instanceof DashboardError)) throw error;
    if (error.code === 'answer_does_not_fit')
      throw new Error(error.errors.map(({ path, message }) => `${path} ${message}`).join('. '));
    if (error.answer === null) throw error;
    const { code: outcome, answer: stored } = error;
    const isDefault = error.outcome?.decided_by === 'default';
    const words = isDefault ? 'The time was over, so the agent got its default' : 'Already answered';
    print(options, { outcome, answer: stored }, `${words}: ${quote(stored.content)}`);
    return false;
  }
}

function print({ json = false }: ReplyOptions, outcome: object, words: string): void {
  process.stdout.write(`${json ? plainJson(outcome) : words}\n`);
}

const QUEUED =
  'Queued as a message, because there is no open question. The agent gets it with its next step.';
const QUEUED_AT_END = 'Queued, but the run has ended. The agent gets it only if it continues.';

const quote = (text: string): string => `"${plainText(text)}"`;

async function readTyped(question: ConversationMessage | null): Promise<Typed> {
  if (!process.stdin.isTTY)
    return { kind: 'answer', text: (await readAll(process.stdin)).replace(/\r?\n$/, '') };
  if (question !== null) process.stderr.write(`${questionText(question, Date.now())}\n`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if (question?.question?.form != null) return await readFields(terminal, question.question.form);
    return question === null
      ? { kind: 'text', text: await terminal.question('To the agent: ') }
      : { kind: 'answer', text: await terminal.question('Answer: ') };
  } finally {
    terminal.close();
  }
}

async function readFields(
  terminal: Interface,
  { properties }: { readonly properties: { readonly [name: string]: unknown } },
): Promise<Typed> {
  const fields: string[] = [];
  for (const name of Object.keys(properties)) {
    const text = await terminal.question(`${plainLine(name)}: `);
    if (text !== '') fields.push(`${name}=${text}`);
  }
  return { kind: 'fields', fields };
}
