import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { type ConversationMessage, DashboardError } from '../../../adapters/client/client.ts';
import { parseQuestion } from '../../../domain/text/question-text.ts';
import type { Environment } from '../../config/config.ts';
import { instanceOf, openQuestion } from '../../terminal/find-instance.ts';
import { plainJson, plainText } from '../../terminal/plain-text.ts';
import { numbered, questionText } from '../../terminal/question-lines.ts';
import { type UserClientOptions, withUserClient } from '../../terminal/with-user-client.ts';

const KEY_LIFE_SECONDS = 10 * 60;

export interface ReplyOptions extends UserClientOptions {
  readonly json?: boolean;
}

/**
 * Answers the newest open question of an instance; where there is none the text is queued for the agent.
 * @param named the instance's id, or as much of its beginning as makes it the only one.
 * @param given the text; null: asked for on a terminal, else read from stdin.
 * @returns false where somebody else has answered before.
 */
export function reply(
  env: Environment,
  named: string,
  given: string | null,
  options: ReplyOptions,
): Promise<boolean> {
  return withUserClient(env, { ...options, keyLifeSeconds: KEY_LIFE_SECONDS }, async (people) => {
    const agent_instance_id = await instanceOf(people, named);
    const { status, question } = await openQuestion(people, agent_instance_id);
    const content = chosen(given ?? (await asked(question)), question);
    if (content.trim() === '') throw new Error('There is nothing to send');
    try {
      const message = await people.write({ agent_instance_id, content, in_reply_to: question?.id ?? null });
      if (question !== null) tell(options, { outcome: 'answered', message }, `Answered: ${quoted(content)}`);
      else tell(options, { outcome: 'queued', message }, status === 'COMPLETED' ? QUEUED_AT_END : QUEUED);
      return true;
    } catch (error) {
      if (!(error instanceof DashboardError) || error.answer === null) throw error;
      const { code: outcome, answer } = error;
      tell(options, { outcome, answer }, `Already answered: ${quoted(answer.content)}`);
      return false;
    }
  });
}

function tell({ json = false }: ReplyOptions, outcome: object, words: string): void {
  process.stdout.write(`${json ? plainJson(outcome) : words}\n`);
}

const QUEUED = 'Queued as a message, since nothing is asked; the agent gets it with its next step.';
const QUEUED_AT_END = 'Queued: the run has ended; the agent gets it only if it goes on.';

const quoted = (text: string): string => `"${plainText(text)}"`;

/**
 * A number stands for the option that has it, where the question has options.
 * @throws Error for a number that none has: whoever typed it has misread the question.
 */
function chosen(typed: string, question: ConversationMessage | null): string {
  const { options } = parseQuestion(question?.content ?? '');
  const number = /^\s*(\d+)\s*$/.exec(typed)?.[1];
  if (number === undefined || options.length === 0) return typed;
  const option = options[Number(number) - 1];
  if (option !== undefined) return option;
  if (options.includes(number)) return number;
  throw new Error(`There is no option ${number}. There are: ${numbered(options).join('  ')}`);
}

async function asked(question: ConversationMessage | null): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, '');
  if (question !== null) process.stderr.write(`${questionText(question.content)}\n`);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await asking.question(question === null ? 'To the agent: ' : 'Answer: ');
  } finally {
    asking.close();
  }
}
