import type { CallOptions, Connection } from '../http/connection.ts';
import type { AgentInstance, ApiKey, ConversationMessage, InputOf, OutputOf } from '../wire.ts';
import { type LiveEvent, type LiveOptions, liveEvents } from './live-events.ts';

const at = (agentInstanceId: string): string => `/agent-instances/${encodeURIComponent(agentInstanceId)}`;

/**
 * What people do, with a token of scope `dashboard`. Every method rejects with a `DashboardError`, and tries
 * again by itself what did not get through.
 */
export class PeopleClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** How many agent instances there are, by what they are at and by type. */
  summary(options: CallOptions = {}): Promise<OutputOf<'readAgentSummary'>> {
    return this.#connection.ask({ ...options, method: 'GET', path: '/agent-summary' });
  }

  /** The agent types, each with its five latest instances. */
  agentTypes(options: CallOptions = {}): Promise<OutputOf<'listAgentTypes'>['agent_types']> {
    return this.#connection.ask({ ...options, method: 'GET', path: '/agent-types' });
  }

  /**
   * One page of the instances, the latest started first; `limit` 0 to 200, 50 if absent. `next_cursor` is the
   * `cursor` of the page after it, null for the last one: paging shows each instance once.
   */
  async agentInstances(
    { agent_type_id, ...query }: InputOf<'listAgentInstances'> = {},
    options: CallOptions = {},
  ): Promise<OutputOf<'listAgentInstances'>> {
    const path =
      agent_type_id == null
        ? '/agent-instances'
        : `/agent-types/${encodeURIComponent(agent_type_id)}/instances`;
    const { body, headers } = await this.#connection.call({ ...options, method: 'GET', path, query });
    return { agent_instances: body as AgentInstance[], next_cursor: cursorIn(headers.get('link')) };
  }

  /** One instance with its diff and the last of its messages, or the last before one of them. */
  agentInstance(
    { agent_instance_id, ...query }: InputOf<'readAgentInstance'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'readAgentInstance'>> {
    return this.#connection.ask({ ...options, method: 'GET', path: at(agent_instance_id), query });
  }

  /**
   * The last messages of a conversation, the oldest of them first; `limit` 0 to 200, 50 if absent. The page
   * before it: `before_message_id`, the id of the first message here.
   */
  messages(
    { agent_instance_id, ...query }: InputOf<'listMessages'>,
    options: CallOptions = {},
  ): Promise<ConversationMessage[]> {
    const path = `${at(agent_instance_id)}/messages`;
    return this.#connection.ask({ ...options, method: 'GET', path, query });
  }

  /**
   * Writes to the agent, or answers the question that `in_reply_to` names.
   * @throws DashboardError `already_answered`, with the `answer` that was first, or `question_closed`.
   */
  write(
    { agent_instance_id, ...body }: InputOf<'writeToAgent'>,
    options: CallOptions = {},
  ): Promise<ConversationMessage> {
    const path = `${at(agent_instance_id)}/messages`;
    return this.#connection.ask({ ...options, method: 'POST', path, body });
  }

  /** Gives an instance another name; null takes it away. */
  rename(
    { agent_instance_id, name }: InputOf<'renameAgentInstance'>,
    options: CallOptions = {},
  ): Promise<AgentInstance> {
    return this.#connection.ask({ ...options, method: 'PATCH', path: at(agent_instance_id), body: { name } });
  }

  /** Ends an instance, as its agent could itself. */
  end(agentInstanceId: string, options: CallOptions = {}): Promise<AgentInstance> {
    const path = `${at(agentInstanceId)}/status`;
    return this.#connection.ask({ ...options, method: 'PUT', path, body: { status: 'COMPLETED' } });
  }

  /** Tells the agents of an instance to stop, and hides it; for 30 days it can be restored. */
  async delete(agentInstanceId: string, options: CallOptions = {}): Promise<void> {
    await this.#connection.call({ ...options, method: 'DELETE', path: at(agentInstanceId) });
  }

  /** Brings a deleted instance back as it was. */
  restore(agentInstanceId: string, options: CallOptions = {}): Promise<AgentInstance> {
    return this.#connection.ask({ ...options, method: 'POST', path: `${at(agentInstanceId)}/restore` });
  }

  /**
   * What happens, while it happens: to all instances, or to the one that is named. Opens the stream again by
   * itself, from where it was; `resync` says that something may have been missed: read again then. Ends with
   * the loop over it, or with the signal, whose reason it throws.
   */
  events(options: LiveOptions = {}): AsyncGenerator<LiveEvent, never, void> {
    return liveEvents(this.#connection, options);
  }

  /** The keys, the newest first; never a token. */
  apiKeys(options: CallOptions = {}): Promise<ApiKey[]> {
    return this.#connection.ask({ ...options, method: 'GET', path: '/api-keys' });
  }

  /**
   * Makes a key and tells its `token`, this once. It is null where the first answer got lost on its way and a
   * retry was answered: revoke that key and make another.
   */
  createApiKey(key: InputOf<'createApiKey'>, options: CallOptions = {}): Promise<OutputOf<'createApiKey'>> {
    return this.#connection.ask({ ...options, method: 'POST', path: '/api-keys', body: key });
  }

  /** Revokes a key: within 5 s nobody accepts it. */
  async revokeApiKey(id: string, options: CallOptions = {}): Promise<void> {
    const path = `/api-keys/${encodeURIComponent(id)}`;
    await this.#connection.call({ ...options, method: 'DELETE', path });
  }
}

/** What a Link header says of the page after this one. */
function cursorIn(link: string | null): string | null {
  const next = link?.split(',').find((part) => /;\s*rel="?next"?/.test(part));
  const address = /<([^>]+)>/.exec(next ?? '')?.[1];
  return address === undefined ? null : new URL(address, 'http://any').searchParams.get('cursor');
}
