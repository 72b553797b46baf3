import { createInterface } from 'node:readline/promises';
import { text as readAll } from 'node:stream/consumers';
import { type ConversationMessage, DashboardError } from '../../../adapters/client/client.ts';
import { parseQuestion } from '../../../domain/text/question-text.ts';
import type { Environment } from '../../config/config.ts';
import { findInstanceId, readOpenQuestion } from '../../terminal/find-instance.ts';
import { plainJson, plainText } from '../../terminal/plain-text.ts';
import { numberOptions, questionText } from '../../terminal/question-lines.ts';
import { type UserClientOptions, withUserClient } from '../../terminal/with-user-client.ts';

/** How long the key is valid that `withUserClient` makes. The person has this time to type the answer. */
const KEY_LIFE_SECONDS = 10 * 60;

export interface ReplyOptions extends UserClientOptions {
  readonly json?: boolean;
}

/**
 * Answers the newest open question of an instance. Without an open question the text is queued for the agent.
 * @param idOrStart the instance's id, or a start of it that is unique.
 * @param text the text to send; null: a person types it on the terminal, or it is read from stdin.
 * @returns false when the question already had an answer.
 */
export function reply(
  env: Environment,
  idOrStart: string,
  text: string | null,
  options: ReplyOptions,
): Promise<boolean> {
  return withUserClient(env, { ...options, keyLifeSeconds: KEY_LIFE_SECONDS }, async (people) => {
    const agent_instance_id = await findInstanceId(people, idOrStart);
    const { status, question } = await readOpenQuestion(people, agent_instance_id);
    const content = chooseOption(text ?? (await readText(question)), question);
    if (content.trim() === '') throw new Error('There is nothing to send');
    try {
      const message = await people.write({ agent_instance_id, content, in_reply_to: question?.id ?? null });
      if (question !== null) print(options, { outcome: 'answered', message }, `Answered: ${quote(content)}`);
      else print(options, { outcome: 'queued', message }, status === 'COMPLETED' ? QUEUED_AT_END : QUEUED);
      return true;
    } catch (error) {
      if (!(error instanceof DashboardError) || error.answer === null) throw error;
      const { code: outcome, answer } = error;
      print(options, { outcome, answer }, `Already answered: ${quote(answer.content)}`);
      return false;
    }
  });
}

function print({ json = false }: ReplyOptions, outcome: object, words: string): void {
  process.stdout.write(`${json ? plainJson(outcome) : words}\n`);
}

const QUEUED =
  'Queued as a message, because there is no open question. The agent gets it with its next step.';
const QUEUED_AT_END = 'Queued, but the run has ended. The agent gets it only if it continues.';

const quote = (text: string): string => `"${plainText(text)}"`;

/**
 * Replaces the number of an option by the option's text.
 * @throws Error when the question has options, but none with this number. The person may have misread it.
 */
function chooseOption(typed: string, question: ConversationMessage | null): string {
  const { options } = parseQuestion(question?.content ?? '');
  const number = /^\s*(\d+)\s*$/.exec(typed)?.[1];
  if (number === undefined || options.length === 0) return typed;
  const option = options[Number(number) - 1];
  if (option !== undefined) return option;
  // The text of an option may itself be a number.
  if (options.includes(number)) return number;
  throw new Error(`There is no option ${number}. The options are: ${numberOptions(options).join('  ')}`);
}

async function readText(question: ConversationMessage | null): Promise<string> {
  if (!process.stdin.isTTY) return (await readAll(process.stdin)).replace(/\r?\n$/, '');
  if (question !== null) process.stderr.write(`${questionText(question.content)}\n`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question === null ? 'To the agent: ' : 'Answer: ');
  } finally {
    terminal.close();
  }
}
