import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect, isDeepStrictEqual } from 'node:util';
import type { WireConversationMessage } from '../../../src/application/wire/conversation-message.ts';
import { stablePort } from '../../prove/support/stable-port.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

/** How long a question may take to arrive after its client gave up. */
const MAX_WAIT_MS = 120_000;

interface Instance {
  readonly id: string;
  readonly status: string;
}

interface Conversation extends Instance {
  readonly messages: readonly WireConversationMessage[];
}

/** The server of one session, with its own folder and port, and the person who uses its dashboard. */
export class DashboardServer implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #env: { readonly [name: string]: string };
  #server: RunningServer;

  private constructor(
    folder: TemporaryFolder,
    env: { readonly [name: string]: string },
    server: RunningServer,
  ) {
    this.#folder = folder;
    this.#env = env;
    this.#server = server;
  }

  /** @param emptyData the data folder to copy */
  static async start(emptyData: string): Promise<DashboardServer> {
    const folder = await temporaryFolder();
    const env = {
      DATA_DIR: join(folder.path, 'data'),
      MCP_SERVER_PORT: String(await stablePort()),
      LOG_LEVEL: 'warn',
    };
    await cp(emptyData, env.DATA_DIR, { recursive: true });
    return new DashboardServer(folder, env, await RunningServer.start(env));
  }

  /** A folder for this session, which is also the home directory of the client. */
  get folder(): string {
    return this.#folder.path;
  }

  /** The settings of the server, with which commands on this machine find it. */
  get settings(): { readonly [name: string]: string } {
    return this.#env;
  }

  get url(): string {
    return this.#server.url;
  }

  get agentToken(): string {
    return this.#server.agentToken;
  }

  get dashboardToken(): string {
    return this.#server.dashboardToken;
  }

  /** Kills the server with SIGKILL. */
  async kill(): Promise<void> {
    await this.#server.kill9();
  }

  /** Kills the server if it runs, and starts it again with the same port and data. */
  async restart(): Promise<void> {
    await this.#server.kill9();
    this.#server = await RunningServer.start(this.#env);
  }

  /** Answers the only open question, as the person. On a busy machine, the question comes late. */
  async answer(text: string): Promise<void> {
    const isOpen = ({ question_status }: WireConversationMessage) => question_status === 'open';
    const latest = Date.now() + MAX_WAIT_MS;
    let [{ id, messages }] = await this.#conversations(1);
    while (!messages.some(isOpen) && Date.now() < latest) {
      await sleep(500);
      [{ id, messages }] = await this.#conversations(1);
    }
    const open = messages.filter(isOpen);
    if (open.length !== 1) throw new Error(`${open.length} questions are open, not one`);
    const body = { content: text, in_reply_to: open[0]!.id };
    const response = await this.#call('POST', `/agent-instances/${id}/messages`, body);
    if (!response.ok) throw new Error(`the answer was refused: ${response.status} ${await response.text()}`);
  }

  /**
   * Checks that there are exactly these conversations, in the order of their start. Each has its messages,
   * and at the end its status.
   * @throws Error with both.
   */
  async requireStored(...expected: readonly (readonly string[])[]): Promise<void> {
    const stored = (await this.#conversations(expected.length)).map(({ messages, status }) => [
      ...messages.map(describeMessage),
      status,
    ]);
    if (isDeepStrictEqual(stored, expected)) return;
    throw new Error(`the server stored\n${inspect(stored)}\nnot\n${inspect(expected)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  /** Reads all conversations, the first started first. */
  async #conversations(count: number): Promise<[Conversation, ...Conversation[]]> {
    const instances = (await (await this.#call('GET', '/agent-instances')).json()) as Instance[];
    if (instances.length !== count) throw new Error(`${instances.length} agent instances, not ${count}`);
    const paths = instances.map(({ id }) => `/agent-instances/${id}?message_limit=100`).reverse();
    const responses = await Promise.all(paths.map((path) => this.#call('GET', path)));
    return Promise.all(responses.map((response) => response.json())) as Promise<
      [Conversation, ...Conversation[]]
    >;
  }

  #call(method: string, path: string, body?: object): Promise<Response> {
    return this.#server.call(method, path, {
      token: this.dashboardToken,
      ...(body !== undefined && { body }),
    });
  }
}

/** Describes a message in one line. */
function describeMessage({ sender_type, content, question_status }: WireConversationMessage): string {
  const [text] = content.split('\n');
  return question_status === undefined
    ? `${sender_type}: ${text}`
    : `${sender_type} asks: ${text} (${question_status})`;
}
