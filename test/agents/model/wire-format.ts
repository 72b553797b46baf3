import type { ServerResponse } from 'node:http';

/** What a model answers: one use of its shell, or its last words in this turn. */
export type ModelReply =
  | { readonly kind: 'run'; readonly id: string; readonly command: string }
  | { readonly kind: 'say'; readonly text: string };

/** What an API for language models looks like, as far as an agent needs it. */
export interface WireFormat {
  /** Whether a request at this path asks the model for something. */
  readonly asksModel: (path: string) => boolean;
  /** Whether the agent offers its shell. Without, the request is for something else, such as a title. */
  readonly offersShell: (body: object) => boolean;
  /** The newest entry of the conversation: a prompt of the person, or the result of a tool. */
  readonly newest: (body: object) => unknown;
  readonly answer: (res: ServerResponse, body: object, reply: ModelReply) => void;
  /** What stands at other paths, by the end of the path, such as the list of models. */
  readonly others?: { readonly [pathEnd: string]: object };
}

/** Sends events as a stream of the type that browsers know. An event without a name has data only. */
export function sendEvents(
  res: ServerResponse,
  events: readonly { readonly name?: string; readonly data: object | string }[],
): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const { name, data } of events) {
    if (name !== undefined) res.write(`event: ${name}\n`);
    res.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  }
  res.end();
}
