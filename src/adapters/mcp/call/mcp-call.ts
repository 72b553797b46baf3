import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { ClientTraits } from './client-agent-type.ts';
import type { Elicitation } from './elicitation.ts';

/** The content of a progress notification. */
export interface Progress {
  /** The seconds since the call began. */
  readonly progress: number;
  readonly message: string;
}

/** One request of a client, independent of the protocol version and the transport. */
export interface McpCall {
  readonly caller: Caller;
  readonly client: ClientTraits;
  /** The id that the HTTP server has given to the request; null if it has none, as over stdio. */
  readonly requestId: string | null;
  /** Aborted when the client cancels the request or disconnects. */
  readonly signal: AbortSignal;
  /** Sends a progress notification; null if the client did not ask for progress. */
  readonly sendProgress: ((progress: Progress) => Promise<void>) | null;
  /** Whether the client has declared with this request that it knows tasks. */
  readonly acceptsTasks: boolean;
  /** How the client can ask its person in place; null if it cannot. */
  readonly elicitation: Elicitation | null;
  /** Whether the client shows apps. */
  readonly showsApps: boolean;
  /** The arguments of the call exactly as the client sent them, of whatever type; null if there are none. */
  readonly sentArguments: unknown;
}

export interface ProgressNotification {
  // Mutable fields: the types of the protocol libraries require them.
  method: 'notifications/progress';
  params: { progressToken: string | number; progress: number; message: string };
}

/** Returns the function that sends progress with this progress token; null if the client sent no token. */
export function progressReporter(
  progressToken: string | number | undefined,
  notify: (notification: ProgressNotification) => Promise<void>,
): McpCall['sendProgress'] {
  if (progressToken === undefined) return null;
  return ({ progress, message }) =>
    notify({ method: 'notifications/progress', params: { progressToken, progress, message } });
}
