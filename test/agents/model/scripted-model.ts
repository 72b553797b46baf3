import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { withinReason } from '../within-reason.ts';
import type { ModelReply, WireFormat } from './wire-format.ts';

/** One request of an agent to its model. It waits until one of the functions has answered it. */
export interface ModelTurn {
  /** What the model reads now: a prompt, or the result of its last command, as JSON. */
  readonly told: string;
  /** Lets the agent run a command in its shell. */
  readonly run: (command: string) => void;
  /** Ends the turn. */
  readonly say: (text: string) => void;
}

/** A model on loopback that says what the test wants. */
export class ScriptedModel implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #format: WireFormat;
  readonly #turns: ModelTurn[] = [];
  #wake: () => void = () => {};
  #turnCount = 0;

  private constructor(server: Server, format: WireFormat) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#format = format;
    server.on('request', (req, res) => void this.#receive(req, res));
  }

  static async start(format: WireFormat): Promise<ScriptedModel> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedModel(server, format);
  }

  /** Waits until the agent asks its model what to do next. */
  async turn(): Promise<ModelTurn> {
    while (this.#turns.length === 0)
      await withinReason(
        'the agent asks its model',
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
      );
    return this.#turns.shift()!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #receive(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname } = new URL(req.url!, this.url);
    if (!this.#format.asksModel(pathname)) {
      const other = Object.entries(this.#format.others ?? {}).find(([end]) => pathname.endsWith(end));
      res.writeHead(other === undefined ? 404 : 200, { 'content-type': 'application/json' });
      res.end(JSON.stringify(other?.[1] ?? {}));
      return;
    }
    const body = (await json(req)) as object;
    const answer = (reply: ModelReply) => this.#format.answer(res, body, reply);
    // Agents also ask the model for other things, such as a title of the session.
    if (!this.#format.offersShell(body)) return answer({ kind: 'say', text: 'A title' });
    this.#turnCount += 1;
    const id = String(this.#turnCount);
    this.#turns.push({
      told: JSON.stringify(this.#format.newest(body)),
      run: (command) => answer({ kind: 'run', id, command }),
      say: (text) => answer({ kind: 'say', text }),
    });
    this.#wake();
  }
}
