import { AgentClient } from './agent/agent-client.ts';
import { AgentSession, type SessionSettings } from './agent/agent-session.ts';
import { type ClientSettings, Connection } from './http/connection.ts';
import { PeopleClient } from './people/people-client.ts';

export type {
  AgentSession,
  MessageExtras,
  SessionQuestion,
  SessionSettings,
} from './agent/agent-session.ts';
export type { AskOptions, AskRequest, EarlierQuestion, NewQuestion } from './agent/ask.ts';
export type { Answered, AskResult, QuestionOutcome, Unanswered } from './agent/ask-result.ts';
export type { FormValues, QuestionFields, QuestionOption } from './agent/question-types.ts';
export { StopRequestedError } from './agent/stop-requested-error.ts';
export type { CallOptions, ClientSettings } from './http/connection.ts';
export {
  type ClientErrorCode,
  DashboardError,
  type DashboardErrorCode,
  type HttpErrorCode,
} from './http/errors.ts';
export type { LiveEvent, LiveEventData, LiveOptions } from './people/live-events.ts';
export type {
  Destination,
  Notification,
  NotificationRules,
  NotificationsClient,
} from './people/notifications-client.ts';
export type { PeopleClient } from './people/people-client.ts';
export type {
  AgentContext,
  AgentInstance,
  AgentMessage,
  ApiKey,
  ConversationMessage,
  Message,
  Outcome,
  StopRequest,
} from './wire.ts';

/** A client of one server, with one token. It keeps no connection open, so there is nothing to close. */
export class Client extends AgentClient {
  /** The calls of people. They need a token of scope `dashboard`. */
  readonly people: PeopleClient;

  /** Use `createClient`. */
  constructor(connection: Connection) {
    super(connection);
    this.people = new PeopleClient(connection);
  }

  /**
   * Returns a session: one run of an agent. With `await using`, the session ends when its block is left. This
   * method sends no request: the first message of the session creates the instance on the server.
   */
  session(settings: SessionSettings): AgentSession {
    return new AgentSession(this, settings);
  }
}

/**
 * Creates a client for Node and browsers.
 *
 * ```ts
 * const client = createClient({ baseUrl: 'http://127.0.0.1:8080', token });
 * await using session = client.session({ agent_type: 'release-script' });
 * const { answer } = await session.ask('Release 1.2?');
 * console.log(answer?.content);
 * ```
 *
 * A call is tried again if the server cannot be reached or answers 409 `idempotency_in_flight`, 429 or 5xx.
 * The pauses grow from 250 ms to 10 s, or follow the server's Retry-After. Every write has an
 * Idempotency-Key. Its retries repeat the key, so the write takes effect only once.
 * @throws TypeError if `baseUrl` is not a URL of http or https, or the token is empty or has spaces in it.
 */
export const createClient = (settings: ClientSettings): Client => new Client(new Connection(settings));
