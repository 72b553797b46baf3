/** Types of the REST API and the event stream, as far as the page uses them. */

import type { LiveEventData } from '../../../src/adapters/client/people/live-events.ts';
import type {
  AgentInstance,
  ConversationMessage,
  ApiKey as ListedApiKey,
} from '../../../src/adapters/client/wire.ts';

export type { AgentInstance, LiveEventData };
export type InstanceStatus = AgentInstance['status'];
export type Message = ConversationMessage;

export interface InstanceDetail extends AgentInstance {
  readonly git_diff: string | null;
  readonly messages: readonly Message[];
}

export type ApiKey = ListedApiKey & {
  /** Only in the response that creates the key. */
  readonly token?: string | null;
};

export interface User {
  readonly user_id: string;
  readonly display_name: string | null;
  readonly email: string | null;
}

export interface IdentityProvider {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly client_id: string;
  readonly scope: string;
}

/** An error response (RFC 9457), as far as the page uses it. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** With `already_answered`: the answer that the question already has. */
  readonly answer?: Message;
}

/** An event of the stream, without its id. Only `server/event-source.ts` needs the id, to resume. */
export type StreamEvent = {
  readonly [Type in keyof LiveEventData]: { readonly type: Type; readonly data: LiveEventData[Type] };
}[keyof LiveEventData];
