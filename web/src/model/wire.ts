/** Types of the REST API and the event stream, as far as the page uses them. */

import type { LiveEventData } from '../../../src/adapters/client/people/live-events.ts';
import type {
  AgentInstance,
  ConversationMessage,
  ApiKey as ListedApiKey,
  Outcome,
  OutputOf,
} from '../../../src/adapters/client/wire.ts';

export type { AgentInstance, LiveEventData, Outcome };
export type InstanceStatus = AgentInstance['status'];
export type Message = ConversationMessage & {
  /** For questions and steps: where the person was notified. Absent if that was nowhere. */
  readonly deliveries?: readonly Delivery[] | null | undefined;
};
/** What a question asks for besides a text. */
export type QuestionShape = NonNullable<Message['question']>;

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
  /** When the session ends. Null: it does not. */
  readonly expires_at: string | null;
}

export interface IdentityProvider {
  /** Where the browser goes to sign in. */
  readonly sign_in_path: string;
}

/** An error response (RFC 9457), as far as the page uses it. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** What is wrong with each field of the input. */
  readonly errors?: readonly FieldError[];
  /** With `already_answered`: the answer that the question already has. */
  readonly answer?: Message;
  /** With `already_answered` and `question_over`: how the question ended. */
  readonly outcome?: Outcome;
}

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** An event of the stream, without its id. Only `server/event-source.ts` needs the id, to resume. */
export type StreamEvent = {
  readonly [Type in keyof LiveEventData]: { readonly type: Type; readonly data: LiveEventData[Type] };
}[keyof LiveEventData];

export type MessageHit = OutputOf<'searchMessages'>['hits'][number];

export type NotificationChannel = OutputOf<'listNotificationChannels'>['channels'][number];
export type Destination = OutputOf<'listNotificationDestinations'>['destinations'][number];
export type Notification = OutputOf<'testNotificationDestination'>;
export type Delivery = Notification['deliveries'][number];
export type NotificationRules = OutputOf<'readNotificationRules'>;

/** What an answer link is about, as the holder of the link sees it. */
export interface LinkedQuestion {
  readonly is_test: boolean;
  /** Null for a test. */
  readonly agent: string | null;
  /** Null for a test. */
  readonly question: {
    readonly text: string;
    readonly shape: QuestionShape | null;
    readonly expires_at: string | null;
  } | null;
  /** The only value that the link answers with. Null: it answers with a text. */
  readonly value: string | null;
  /** How the question ended, in one sentence; null while it is open. */
  readonly outcome: string | null;
}

/** What a program asks for over OAuth. */
export interface AccessRequest {
  /** What the program calls itself. Nobody has checked it. */
  readonly client_name: string | null;
  /** The host that is sure to be the program's; null: it has none. */
  readonly verified_host: string | null;
  /** Where the browser goes after the decision; null: the program is on another device. */
  readonly redirect_host: string | null;
  readonly is_local: boolean;
  readonly scopes: readonly ('agent' | 'dashboard')[];
  /** Whether the person need not be asked again. */
  readonly is_remembered: boolean;
}
