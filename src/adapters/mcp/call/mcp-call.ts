import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { ClientTraits } from './client-agent-type.ts';

export interface Progress {
  readonly progress: number;
  readonly message: string;
}

/** One request of a client, independent of the protocol version and the transport. */
export interface McpCall {
  readonly caller: Caller;
  readonly client: ClientTraits;
  /** The host's id of the HTTP request; null if it has none. */
  readonly requestId: string | null;
  /** Aborted when the client cancels the request or disconnects. */
  readonly signal: AbortSignal;
  /** Sends a progress notification; null if the client did not ask for any. */
  readonly onProgress: ((progress: Progress) => Promise<void>) | null;
  /** The arguments of a tool call as the client sent them. The protocol libraries drop some keys. */
  readonly sentArguments: object | null;
}

export interface ProgressNotification {
  // Mutable fields: the types of the protocol libraries require them.
  method: 'notifications/progress';
  params: { progressToken: string | number; progress: number; message: string };
}

/** Returns the function that sends progress to a client that gave this token; null without a token. */
export function progressReporter(
  token: string | number | undefined,
  notify: (notification: ProgressNotification) => Promise<void>,
): McpCall['onProgress'] {
  if (token === undefined) return null;
  return ({ progress, message }) =>
    notify({ method: 'notifications/progress', params: { progressToken: token, progress, message } });
}
