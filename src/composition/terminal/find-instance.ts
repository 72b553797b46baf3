import type { ConversationMessage, PeopleClient } from '../../adapters/client/client.ts';
import { hasEarlierMessages } from '../../domain/conversation/message-page.ts';
import { isUuid } from '../../domain/ids.ts';
import { typedCommand } from '../typed-command.ts';

/** How many of the latest instances are searched for the start of an id. */
const MAX_INSTANCES = 200;
/** How many of the newest messages are searched for an open question. */
const MAX_MESSAGES = 200;

/** How many ids an error lists. */
const MAX_LISTED_IDS = 5;

/** Returns whether a text can be the start of an id. */
export const isStartOfId = (text: string): boolean => /^[\da-f-]{4,36}$/i.test(text);

/**
 * Finds the id of the instance that a person means.
 * @param idOrStart the id, or a start of it that is unique.
 * @throws Error when no instance or more than one matches.
 */
export async function findInstanceId(people: PeopleClient, idOrStart: string): Promise<string> {
  if (isUuid(idOrStart)) return idOrStart;
  const start = idOrStart.toLowerCase();
  const { agent_instances: listed } = await people.agentInstances({ limit: MAX_INSTANCES });
  const matching = listed.filter(({ id }) => id.startsWith(start));
  const [found, another] = matching;
  if (found === undefined)
    throw new Error(
      `There is no agent instance ${JSON.stringify(idOrStart)}. To list them: ${typedCommand('watch')}`,
    );
  if (another !== undefined) {
    const ids = matching.slice(0, MAX_LISTED_IDS).map(({ id }) => id);
    if (ids.length < matching.length) ids.push('…');
    throw new Error(
      `More than one agent instance begins with ${JSON.stringify(idOrStart)}. Give more characters of one: ${ids.join(', ')}`,
    );
  }
  return found.id;
}

/**
 * Reads whether an instance has ended, and its newest open question, which is the one that `reply` answers.
 */
export async function readOpenQuestion(
  people: PeopleClient,
  id: string,
): Promise<{ readonly hasEnded: boolean; readonly question: ConversationMessage | null }> {
  const { ended_at, messages: newest } = await people.agentInstance({
    agent_instance_id: id,
    message_limit: MAX_MESSAGES,
  });
  const hasEnded = ended_at !== null;
  let page: readonly ConversationMessage[] = newest;
  for (let searched = page.length; ; searched += page.length) {
    const question = page.findLast(({ question_status }) => question_status === 'open') ?? null;
    const limit = MAX_MESSAGES - searched;
    if (question !== null || limit === 0 || !hasEarlierMessages(page)) return { hasEnded, question };
    page = await people.messages({ agent_instance_id: id, limit, before_message_id: page[0]!.id });
  }
}
