/** What the server says, in its own words: the people's side of the REST API and its event stream. */

export type InstanceStatus =
  | 'ACTIVE'
  | 'AWAITING_INPUT'
  | 'STALE'
  | 'COMPLETED'
  | 'DELETED'
  | 'PAUSED'
  | 'FAILED'
  | 'KILLED'
  | 'DISCONNECTED';

export interface AgentInstance {
  readonly id: string;
  readonly agent_type_id: string;
  readonly agent_type_name: string;
  readonly name: string | null;
  readonly status: InstanceStatus;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly latest_message: string | null;
  readonly latest_message_at: string | null;
  readonly chat_length: number;
  readonly last_heartbeat_at: string | null;
}

export interface Message {
  readonly id: string;
  /** 1, 2, 3 … within the instance, without gaps: what is missing can be told. */
  readonly position: number;
  readonly content: string;
  readonly sender_type: 'AGENT' | 'USER';
  readonly created_at: string;
  readonly requires_user_input: boolean;
  /** When the agent was handed this message of the person; null while it is queued. */
  readonly read_at: string | null;
  readonly question_status: 'open' | 'answered' | 'closed' | null;
  readonly answer_id: string | null;
  /** Of an open question: whether an agent holds the line for its answer right now. */
  readonly agent_waiting: boolean | null;
}

export interface InstanceDetail extends AgentInstance {
  readonly git_diff: string | null;
  readonly messages: readonly Message[];
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly agent_instance_id: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
  /** Told once, in the answer that creates the key. */
  readonly token: string | null;
}

export interface Person {
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

/** RFC 9457, as far as the page looks at it. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** With `already_answered`: the answer that was first. */
  readonly answer?: Message;
}

type MessageEvent = Message & { readonly agent_instance_id: string };

/** What each event of the stream carries. */
export interface StreamData {
  readonly connected: object;
  readonly message: MessageEvent;
  readonly message_update: MessageEvent;
  readonly status_update: AgentInstance;
  readonly git_diff_update: { readonly agent_instance_id: string; readonly git_diff?: string | null };
  readonly agent_heartbeat: { readonly agent_instance_id: string; readonly last_heartbeat_at: string };
  readonly heartbeat: object;
  readonly resync: object;
}

export type StreamEvent = {
  readonly [Name in keyof StreamData]: { readonly name: Name; readonly data: StreamData[Name] };
}[keyof StreamData];
