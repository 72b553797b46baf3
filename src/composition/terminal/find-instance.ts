import type { AgentInstance, ConversationMessage, PeopleClient } from '../../adapters/client/client.ts';
import { isUuid } from '../../domain/ids.ts';

/** Of the latest instances, among which a beginning of an id is looked for. */
const LISTED = 200;
/** Of the newest messages, in which an open question is looked for. */
const LOOKED_AT = 200;

/** As much of an id as is taken for a beginning that somebody meant. */
export const isBeginningOfId = (text: string): boolean => /^[\da-f-]{4,36}$/i.test(text);

/**
 * The id of the instance that a person means.
 * @param named its id, or as much of the beginning as makes it the only one.
 */
export async function instanceOf(people: PeopleClient, named: string): Promise<string> {
  if (isUuid(named)) return named;
  const beginning = named.toLowerCase();
  const { agent_instances: listed } = await people.agentInstances({ limit: LISTED });
  const [found, another] = listed.filter(({ id }) => id.startsWith(beginning));
  if (found === undefined) throw new Error(`There is no agent instance ${JSON.stringify(named)}; see: watch`);
  if (another !== undefined) throw new Error(`Several agent instances begin with ${JSON.stringify(named)}`);
  return found.id;
}

/** How an instance is, and the newest question it has open: the one that an answer is for. */
export async function openQuestion(
  people: PeopleClient,
  id: string,
): Promise<{ readonly status: AgentInstance['status']; readonly question: ConversationMessage | null }> {
  const { status, messages } = await people.agentInstance({
    agent_instance_id: id,
    message_limit: LOOKED_AT,
  });
  return { status, question: messages.findLast(({ question_status }) => question_status === 'open') ?? null };
}
