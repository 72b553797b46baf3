import { AgentClient } from './agent/agent-client.ts';
import { AgentSession, type SessionSettings } from './agent/agent-session.ts';
import { type ClientSettings, Connection } from './http/connection.ts';
import { PeopleClient } from './people/people-client.ts';

export type { AgentSession, Along, SessionSettings } from './agent/agent-session.ts';
export type { Answered, Asked, AskOptions, AskResult, Unanswered } from './agent/ask.ts';
export type { CallOptions, ClientSettings } from './http/connection.ts';
export {
  type ClientErrorCode,
  DashboardError,
  type DashboardErrorCode,
  type HttpErrorCode,
} from './http/errors.ts';
export type { LiveEvent, LiveEventData, LiveOptions } from './people/live-events.ts';
export type { PeopleClient } from './people/people-client.ts';
export type { AgentInstance, AgentMessage, ApiKey, ConversationMessage, Message } from './wire.ts';

/** A client of one server with one token. It holds no connection: there is nothing to close. */
export class Client extends AgentClient {
  /** What people do; its token has the scope `dashboard`. */
  readonly people: PeopleClient;

  /** Use `createClient`. */
  constructor(connection: Connection) {
    super(connection);
    this.people = new PeopleClient(connection);
  }

  /** One run of an agent: knows its instance and, with `await using`, ends it. Asks nothing of the server yet. */
  session(settings: SessionSettings): AgentSession {
    return new AgentSession(this, settings);
  }
}

/**
 * A client for Node and browsers.
 *
 * ```ts
 * const client = createClient({ baseUrl: 'http://127.0.0.1:8080', token });
 * await using session = client.session({ agent_type: 'release-script' });
 * const { answer } = await session.ask('Release 1.2?');
 * ```
 *
 * Every write has an Idempotency-Key, which its retries repeat: it has its effect once, however often the
 * network fails. Tried again are 409 `idempotency_in_flight`, 429, 5xx and calls that do not get through, after
 * as long as the server asks for, else with growing pauses.
 * @throws TypeError for a `baseUrl` that is no URL of http or https, or a token that is none.
 */
export const createClient = (settings: ClientSettings): Client => new Client(new Connection(settings));
