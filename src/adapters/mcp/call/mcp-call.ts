import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { ClientTraits } from './client-agent-type.ts';

export interface Progress {
  readonly progress: number;
  readonly message: string;
}

/** One request of a client, in no particular revision of the protocol. */
export interface McpCall {
  readonly caller: Caller;
  readonly client: ClientTraits;
  /** What the host calls the HTTP request behind it; null where it does not. */
  readonly requestId: string | null;
  /** Aborted when the client has cancelled the request or is not there any more. */
  readonly gone: AbortSignal;
  /** Null unless the client asked to be told. */
  readonly onProgress: ((progress: Progress) => Promise<void>) | null;
  /** The arguments of a tool call as they were sent, before a protocol library took anything away. */
  readonly sentArguments: object | null;
}

export interface ProgressNotification {
  // The protocol libraries' types want an index signature and a mutable literal.
  method: 'notifications/progress';
  params: { progressToken: string | number; progress: number; message: string };
}

/** How progress is told to a client that gave this token; null without one. */
export function progressReporter(
  token: string | number | undefined,
  notify: (notification: ProgressNotification) => Promise<void>,
): McpCall['onProgress'] {
  if (token === undefined) return null;
  return ({ progress, message }) =>
    notify({ method: 'notifications/progress', params: { progressToken: token, progress, message } });
}
