import type { CallOptions, Connection } from '../http/connection.ts';
import type { AgentInstance, ApiKey, ConversationMessage, InputOf, OutputOf } from '../wire.ts';
import { type LiveEvent, type LiveOptions, liveEvents } from './live-events.ts';
import { NotificationsClient } from './notifications-client.ts';

const instancePath = (agentInstanceId: string): string =>
  `/agent-instances/${encodeURIComponent(agentInstanceId)}`;

const questionPath = (questionId: string): string => `/questions/${encodeURIComponent(questionId)}`;

/**
 * The calls of people. They need a token of scope `dashboard`.
 *
 * Every method tries a failing call again (see `createClient`) and then rejects with a `DashboardError`, or
 * with the reason of an aborted `signal`.
 */
export class PeopleClient {
  /** The calls for notifications. */
  readonly notifications: NotificationsClient;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.notifications = new NotificationsClient(connection);
    this.#connection = connection;
  }

  /** Returns the number of agent instances, by status and by agent type. Stale instances count as active. */
  summary(options: CallOptions = {}): Promise<OutputOf<'readAgentSummary'>> {
    return this.#connection.request({ ...options, method: 'GET', path: '/agent-summary' });
  }

  /** Returns the agent types, each with its five latest instances. */
  agentTypes(options: CallOptions = {}): Promise<OutputOf<'listAgentTypes'>['agent_types']> {
    return this.#connection.request({ ...options, method: 'GET', path: '/agent-types' });
  }

  /**
   * Returns one page of the agent instances, the latest started first. `status`, `agent_type` and
   * `agent_type_id` select some of them. `limit`: 0 to 200, default 50. Pass `next_cursor` as `cursor` to get
   * the next page; `next_cursor` is null on the last page. Each instance is on one page only, even if new
   * instances start while you read the pages.
   */
  async agentInstances(
    { agent_type_id, ...query }: InputOf<'listAgentInstances'> = {},
    options: CallOptions = {},
  ): Promise<OutputOf<'listAgentInstances'>> {
    const path =
      agent_type_id == null
        ? '/agent-instances'
        : `/agent-types/${encodeURIComponent(agent_type_id)}/instances`;
    const { body, headers } = await this.#connection.requestWithHeaders({
      ...options,
      method: 'GET',
      path,
      query,
    });
    return { agent_instances: body as AgentInstance[], next_cursor: cursorFromLink(headers.get('link')) };
  }

  /**
   * Returns one instance with its git diff and its latest messages, as `messages` returns them.
   * `message_limit`: 0 to 200, default 50. With `before_message_id` you get the messages before that message.
   * @throws DashboardError `agent_instance_not_found` if there is no such instance.
   */
  agentInstance(
    { agent_instance_id, ...query }: InputOf<'readAgentInstance'>,
    options: CallOptions = {},
  ): Promise<OutputOf<'readAgentInstance'>> {
    return this.#connection.request({
      ...options,
      method: 'GET',
      path: instancePath(agent_instance_id),
      query,
    });
  }

  /**
   * Returns the latest messages of a conversation, the oldest of them first. `limit`: 0 to 200, default 50.
   * There may be fewer than `limit`, because together they have at most 4 MiB of text. A longer message comes
   * alone. There are earlier messages unless the first one has `position` 1: to get them, pass the id of the
   * first message as `before_message_id`.
   */
  messages(
    { agent_instance_id, ...query }: InputOf<'listMessages'>,
    options: CallOptions = {},
  ): Promise<ConversationMessage[]> {
    const path = `${instancePath(agent_instance_id)}/messages`;
    return this.#connection.request({ ...options, method: 'GET', path, query });
  }

  /**
   * Writes to an agent. With `in_reply_to` (the id of a question) the message answers that question. Without
   * it, the message answers the newest open question of the instance, or is queued if there is no open
   * question.
   * @throws DashboardError `already_answered`, with the existing `answer`; `question_over` if the question
   * has ended without one, with its `outcome`; `question_not_found` if `in_reply_to` is no question of this
   * instance.
   */
  write(
    { agent_instance_id, ...body }: InputOf<'writeToAgent'>,
    options: CallOptions = {},
  ): Promise<ConversationMessage> {
    const path = `${instancePath(agent_instance_id)}/messages`;
    return this.#connection.request({ ...options, method: 'POST', path, body });
  }

  /**
   * Answers a question with one of `content` (a text), `values` (the values of some of its options) and
   * `form` (the fields of its form by name). A text answers every question but a form. `via` says where the
   * person answers, for example `page`; the agent gets it.
   * @throws DashboardError `already_answered`, with the existing `answer`; `question_over` if it has ended
   * without one, with its `outcome`; `answer_does_not_fit`, with `errors`; `question_not_found`.
   */
  answer(
    { question_id, ...body }: InputOf<'answerQuestion'>,
    options: CallOptions = {},
  ): Promise<ConversationMessage> {
    const path = `${questionPath(question_id)}/answer`;
    return this.#connection.request({ ...options, method: 'POST', path, body });
  }

  /**
   * Moves the deadline of an open question to `expires_in_seconds` (1 second to 30 days) from now.
   * @returns the question.
   * @throws DashboardError `question_without_deadline` if the agent set none; `already_answered` or
   * `question_over` if the question has ended; `question_not_found`.
   */
  postpone(
    { question_id, ...body }: InputOf<'postponeQuestion'>,
    options: CallOptions = {},
  ): Promise<ConversationMessage> {
    const path = questionPath(question_id);
    return this.#connection.request({ ...options, method: 'PATCH', path, body });
  }

  /**
   * Asks an agent to stop. It is told with each answer that it gets from then on, and its waits end at once.
   * `stop_seen_at` says when it was told. Asking again with a `reason` replaces the first one.
   */
  stop(
    { agent_instance_id, ...body }: InputOf<'stopAgent'>,
    options: CallOptions = {},
  ): Promise<AgentInstance> {
    const path = `${instancePath(agent_instance_id)}/stop`;
    return this.#connection.request({ ...options, method: 'POST', path, body });
  }

  /** Takes back that an agent should stop. It may have stopped already. */
  cancelStop(agentInstanceId: string, options: CallOptions = {}): Promise<AgentInstance> {
    const path = `${instancePath(agentInstanceId)}/stop`;
    return this.#connection.request({ ...options, method: 'DELETE', path });
  }

  /**
   * Asks all agents to stop that have not ended.
   * @returns how many agents have a request to stop now.
   */
  stopAll(
    body: InputOf<'stopAllAgents'> = {},
    options: CallOptions = {},
  ): Promise<OutputOf<'stopAllAgents'>> {
    const path = '/agents/stop';
    return this.#connection.request({ ...options, method: 'POST', path, body });
  }

  /** Renames an instance. Null removes the name. */
  rename(
    { agent_instance_id, name }: InputOf<'renameAgentInstance'>,
    options: CallOptions = {},
  ): Promise<AgentInstance> {
    return this.#connection.request({
      ...options,
      method: 'PATCH',
      path: instancePath(agent_instance_id),
      body: { name },
    });
  }

  /** Ends an instance. Its agent can do the same with `endSession`. */
  end(agentInstanceId: string, options: CallOptions = {}): Promise<AgentInstance> {
    const path = `${instancePath(agentInstanceId)}/status`;
    return this.#connection.request({ ...options, method: 'PUT', path, body: { status: 'COMPLETED' } });
  }

  /**
   * Deletes an instance: it is hidden, and calls of its agent fail with `instance_deleted`. It can be
   * restored for 30 days.
   */
  async delete(agentInstanceId: string, options: CallOptions = {}): Promise<void> {
    await this.#connection.requestWithHeaders({
      ...options,
      method: 'DELETE',
      path: instancePath(agentInstanceId),
    });
  }

  /** Restores a deleted instance to the state before its deletion. */
  restore(agentInstanceId: string, options: CallOptions = {}): Promise<AgentInstance> {
    return this.#connection.request({
      ...options,
      method: 'POST',
      path: `${instancePath(agentInstanceId)}/restore`,
    });
  }

  /**
   * Returns live events of all instances, or of one. A lost stream is opened again and continues after the
   * last event. After a `resync` event, read the instances and messages again: events may have been missed.
   * The stream closes when you leave the loop, or when `signal` is aborted; the loop then throws the signal's
   * reason.
   *
   * ```ts
   * for await (const event of client.people.events()) {
   *   if (event.type === 'message') console.log(event.data.agent_instance_id, event.data.content);
   * }
   * ```
   * @throws DashboardError if the server refuses the stream, such as `agent_instance_not_found`.
   */
  events(options: LiveOptions = {}): AsyncGenerator<LiveEvent, never, void> {
    return liveEvents(this.#connection, options);
  }

  /** Returns the user's API keys, the newest first, without their tokens. */
  apiKeys(options: CallOptions = {}): Promise<ApiKey[]> {
    return this.#connection.request({ ...options, method: 'GET', path: '/api-keys' });
  }

  /**
   * Creates an API key. `scope`: `agent` (default) or `dashboard`. `agent_instance_id` limits the key to one
   * instance. Without `expires_in_days` it never expires.
   * @returns the key with its `token`, which the server never shows again. `token` is null if the first
   * response was lost and this is the response to a retry: then revoke this key, and create another one.
   */
  createApiKey(key: InputOf<'createApiKey'>, options: CallOptions = {}): Promise<OutputOf<'createApiKey'>> {
    return this.#connection.request({ ...options, method: 'POST', path: '/api-keys', body: key });
  }

  /** Revokes an API key. Within 5 s, every server process refuses its token. */
  async revokeApiKey(id: string, options: CallOptions = {}): Promise<void> {
    const path = `/api-keys/${encodeURIComponent(id)}`;
    await this.#connection.requestWithHeaders({ ...options, method: 'DELETE', path });
  }
}

/** Returns the cursor of the next page from a Link header; null if there is no next page. */
function cursorFromLink(link: string | null): string | null {
  const next = link?.split(',').find((part) => /;\s*rel="?next"?/.test(part));
  const address = /<([^>]+)>/.exec(next ?? '')?.[1];
  return address === undefined ? null : new URL(address, 'http://localhost').searchParams.get('cursor');
}
