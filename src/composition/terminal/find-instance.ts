import type { AgentInstance, ConversationMessage, PeopleClient } from '../../adapters/client/client.ts';
import { isUuid } from '../../domain/ids.ts';

/** How many of the latest instances are searched for the start of an id. */
const INSTANCE_LIMIT = 200;
/** How many of the newest messages are searched for an open question. */
const MESSAGE_LIMIT = 200;

/** Whether a text can be the start of an id. */
export const isStartOfId = (text: string): boolean => /^[\da-f-]{4,36}$/i.test(text);

/**
 * Finds the id of the instance that a person means.
 * @param named its id, or enough of the start of it to be unique.
 * @throws Error when no instance or more than one matches.
 */
export async function findInstanceId(people: PeopleClient, named: string): Promise<string> {
  if (isUuid(named)) return named;
  const start = named.toLowerCase();
  const { agent_instances: listed } = await people.agentInstances({ limit: INSTANCE_LIMIT });
  const [found, another] = listed.filter(({ id }) => id.startsWith(start));
  if (found === undefined) throw new Error(`There is no agent instance ${JSON.stringify(named)}; see: watch`);
  if (another !== undefined)
    throw new Error(`More than one agent instance begins with ${JSON.stringify(named)}`);
  return found.id;
}

/** An instance's status, and its newest open question, which an answer is for. */
export async function readOpenQuestion(
  people: PeopleClient,
  id: string,
): Promise<{ readonly status: AgentInstance['status']; readonly question: ConversationMessage | null }> {
  const { status, messages } = await people.agentInstance({
    agent_instance_id: id,
    message_limit: MESSAGE_LIMIT,
  });
  return { status, question: messages.findLast(({ question_status }) => question_status === 'open') ?? null };
}
