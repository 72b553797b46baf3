import { join } from 'node:path';
import { DEFAULT_DATA_DIR } from '../../../src/composition/data-dir/data-dir.ts';
import { fetchDescribed } from '../fetch-described.ts';
import { COMMAND } from './agent-dashboard.ts';
import { provideDatabase } from './migrated-data-dir.ts';
import { NodeProcess, type NodeProcessOptions } from './node-process.ts';

export interface Call {
  /** A plain object is sent as JSON, a text as it is. */
  readonly body?: object | string;
  readonly headers?: { readonly [name: string]: string };
  /** The bearer token; by default the agent token that the server has printed. Null sends none. */
  readonly token?: string | null;
}

/**
 * The server as users run it: in its own process, on a free port. `url` and the tokens are those that it
 * prints.
 */
export class RunningServer implements AsyncDisposable {
  readonly process: NodeProcess;
  readonly url: string;
  /** The printed agent token. Empty if the server issues no tokens. */
  readonly agentToken: string;
  readonly dashboardToken: string;

  private constructor(process: NodeProcess) {
    const printedAfter = (label: string) => new RegExp(`${label} +(\\S+)`).exec(process.stdout)?.[1] ?? '';
    this.process = process;
    this.url = printedAfter('listens on');
    this.agentToken = printedAfter('Agent token:');
    this.dashboardToken = printedAfter('Dashboard token:');
  }

  /**
   * Starts a server. A new data folder is given a database whose schema is up to date, so a test about the
   * very first start uses `NodeProcess`.
   * @throws Error with all output if it does not start.
   */
  static async start(
    env: NonNullable<NodeProcessOptions['env']>,
    options: Omit<NodeProcessOptions, 'env'> = {},
  ): Promise<RunningServer> {
    const { DATA_DIR = join(options.cwd ?? '.', DEFAULT_DATA_DIR), DATABASE_URL } = env;
    if (DATABASE_URL === undefined) await provideDatabase(DATA_DIR);
    const server = new NodeProcess([...COMMAND, 'serve'], {
      env: { MCP_SERVER_PORT: '0', ...env },
      ...options,
    });
    await server.waitForOutput('Ctrl-C stops it.');
    return new RunningServer(server);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  call(
    method: string,
    path: string,
    { body, headers, token = this.agentToken }: Call = {},
  ): Promise<Response> {
    return fetchDescribed(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** Sends SIGKILL, so that no handler of the process runs, as in a power cut. */
  async kill9(): Promise<void> {
    this.process.signal('SIGKILL');
    await this.process.whenEnded;
  }

  /**
   * Sends SIGTERM.
   * @returns the exit code.
   */
  async stop(): Promise<number | null> {
    this.process.signal('SIGTERM');
    return (await this.process.whenEnded).code;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}
