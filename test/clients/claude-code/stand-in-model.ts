import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** The part of a request to the model that the stand-in reads. */
interface ModelRequest {
  readonly tools?: readonly { readonly name: string }[];
  readonly messages: readonly { readonly content: string | readonly ContentBlock[] }[];
}

interface ContentBlock {
  readonly type: string;
  readonly is_error?: boolean;
  readonly content?: unknown;
}

/**
 * A model on loopback that wants to run one command, and then has nothing more to say. It speaks as much of
 * the Messages API as Claude Code needs.
 */
export class StandInModel implements AsyncDisposable {
  readonly url: string;
  /** What the model is told about its command; null if it was told nothing. */
  outcome: 'ran' | 'denied' | null = null;
  readonly #command: string;
  readonly #server: Server;

  private constructor(server: Server, command: string) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#command = command;
    this.#server = server;
  }

  static async start(command: string): Promise<StandInModel> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const model = new StandInModel(server, command);
    server.on('request', async (req, res) => {
      if (new URL(req.url!, model.url).pathname !== '/v1/messages') res.writeHead(404).end();
      else model.#answer((await json(req)) as ModelRequest, res);
    });
    return model;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer({ tools = [], messages }: ModelRequest, res: ServerResponse): void {
    const result = messages
      .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
      .find(({ type }) => type === 'tool_result');
    if (result !== undefined) this.outcome = result.is_error ? 'denied' : 'ran';
    // Claude Code also asks the model for other things, such as a title. Such a request has no tools.
    const runs = result === undefined && tools.some(({ name }) => name === 'Bash');
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const { type, ...data } of runs ? runCommand(this.#command) : sayDone()) {
      res.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
    }
    res.end();
  }
}

type StreamEvent = { readonly type: string; readonly [field: string]: unknown };

const runCommand = (command: string): StreamEvent[] =>
  stream(
    { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} },
    { type: 'input_json_delta', partial_json: JSON.stringify({ command, description: 'Makes a folder' }) },
    'tool_use',
  );

const sayDone = (): StreamEvent[] =>
  stream({ type: 'text', text: '' }, { type: 'text_delta', text: 'Done.' }, 'end_turn');

/** The events of a message with one block. */
const stream = (content_block: object, delta: object, stop_reason: string): StreamEvent[] => [
  { type: 'message_start', message: MESSAGE },
  { type: 'content_block_start', index: 0, content_block },
  { type: 'content_block_delta', index: 0, delta },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 1 } },
  { type: 'message_stop' },
];

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'stand-in',
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
};
