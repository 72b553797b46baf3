import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { type ConversationMessage, DashboardError, type PeopleSide } from '../../adapters/client/client.ts';
import { isUuid } from '../../domain/ids.ts';
import { parseQuestion } from '../../domain/question-text.ts';
import type { Environment } from '../config.ts';
import { asPerson, type PersonOptions } from '../person/as-person.ts';
import { plainJson, plainText } from '../person/plain-text.ts';

const KEY_LIFE_SECONDS = 10 * 60;
/** Of the newest messages, in which an open question is looked for. */
const LOOKED_AT = 200;
/** Of the latest instances, among which a beginning of an id is looked for. */
const LISTED = 200;

export interface ReplyOptions extends PersonOptions {
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
  return asPerson(env, { ...options, keyLifeSeconds: KEY_LIFE_SECONDS }, async (people) => {
    const agent_instance_id = await instanceOf(people, named);
    const { messages } = await people.agentInstance({ agent_instance_id, message_limit: LOOKED_AT });
    const question = messages.findLast(({ question_status }) => question_status === 'open') ?? null;
    const content = chosen(given ?? (await asked(question)), question);
    if (content.trim() === '') throw new Error('There is nothing to send');
    try {
      const message = await people.write({ agent_instance_id, content, in_reply_to: question?.id ?? null });
      const outcome = question === null ? 'queued' : 'answered';
      tell(options, { outcome, message }, question === null ? 'Queued for the agent.' : 'Answered.');
      return true;
    } catch (error) {
      if (!(error instanceof DashboardError) || error.answer === null) throw error;
      const { code: outcome, answer } = error;
      tell(options, { outcome, answer }, `Already answered: ${plainText(answer.content)}`);
      return false;
    }
  });
}

function tell({ json = false }: ReplyOptions, outcome: object, words: string): void {
  process.stdout.write(`${json ? plainJson(outcome) : words}\n`);
}

async function instanceOf(people: PeopleSide, named: string): Promise<string> {
  if (isUuid(named)) return named;
  const beginning = named.toLowerCase();
  const { agent_instances: listed } = await people.agentInstances({ limit: LISTED });
  const [found, another] = listed.filter(({ id }) => beginning.length >= 4 && id.startsWith(beginning));
  if (found === undefined) throw new Error(`There is no agent instance ${JSON.stringify(named)}; see: watch`);
  if (another !== undefined) throw new Error(`Several agent instances begin with ${JSON.stringify(named)}`);
  return found.id;
}

/** A number stands for the option that has it, where the question has options. */
function chosen(typed: string, question: ConversationMessage | null): string {
  if (question === null) return typed;
  const { options } = parseQuestion(question.content);
  const number = /^\s*(\d{1,2})\s*$/.exec(typed)?.[1];
  return number === undefined ? typed : (options[Number(number) - 1] ?? typed);
}

async function asked(question: ConversationMessage | null): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, '');
  if (question !== null) {
    const { text, options } = parseQuestion(question.content);
    const numbered = options.map((option, nth) => `  ${nth + 1}. ${option}`);
    process.stderr.write(`${plainText([text, ...numbered].join('\n'))}\n`);
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await asking.question(question === null ? 'To the agent: ' : 'Answer: ');
  } finally {
    asking.close();
  }
}
