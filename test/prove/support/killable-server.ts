import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stablePort } from './stable-port.ts';

export const BIN = fileURLToPath(new URL('../../../src/composition/bin.ts', import.meta.url));

/** How long a server may take to start, perhaps on a database that is still recovering. */
const MAX_START_MS = 60_000;
/** How many of the last lines on stderr are kept, for the error message. */
const MAX_STDERR_LINES = 20;
/** The number that pino gives to the level `error`. */
const ERROR_LEVEL = 50;

const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** A server process on a fixed port that can be killed and started again. */
export class KillableServer implements AsyncDisposable {
  readonly port: number;
  /** Errors in the log, and exits that the proof did not cause. */
  readonly faults: string[] = [];
  readonly #env: { readonly [name: string]: string };
  #child: ChildProcess | null = null;
  /** False while the proof stops the process. An exit is then no fault. */
  #shouldRun = false;

  private constructor(port: number, env: { readonly [name: string]: string }) {
    this.port = port;
    this.#env = env;
  }

  static async start(env: { readonly [name: string]: string }): Promise<KillableServer> {
    const server = new KillableServer(await stablePort(), env);
    await server.start();
    return server;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts the server as a supervisor would: again and again until it stays up. */
  async start(): Promise<void> {
    const startedAt = Date.now();
    for (;;) {
      const reason = await this.#startProcess();
      if (reason === null) return;
      if (Date.now() - startedAt > MAX_START_MS) throw new Error(`The server does not start: ${reason}`);
      await sleep(100);
    }
  }

  /** Sends SIGKILL, so that no handler of the process runs, as in a power cut. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Sends SIGTERM and returns the exit code and the duration. After `patienceMs` it sends SIGKILL. */
  async terminate(patienceMs: number): Promise<{ code: number | null; milliseconds: number }> {
    const startedAt = performance.now();
    const child = this.#child!;
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await this.#end('SIGTERM');
    clearTimeout(timer);
    return { code: child.exitCode, milliseconds: performance.now() - startedAt };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) await this.kill();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#shouldRun = false;
    const child = this.#child!;
    if (!this.isRunning) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  /** @returns why the process did not start, or null if it did. */
  async #startProcess(): Promise<string | null> {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', BIN, 'serve'], {
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        LOG_LEVEL: 'error',
        MCP_SERVER_PORT: String(this.port),
        ...this.#env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#shouldRun = true;
    children.add(child);
    const stderrLines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      stderrLines.push(line);
      if (stderrLines.length > MAX_STDERR_LINES) stderrLines.shift();
      if (isErrorLine(line)) this.faults.push(`log: ${line.slice(0, 2_000)}`);
    });
    const ready = Promise.withResolvers<null>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('listens on')) ready.resolve(null);
    });
    let hasStarted = false;
    const ended = once(child, 'exit').then(([code, signal]) => {
      children.delete(child);
      const description = `ended by itself (${code ?? signal}): ${stderrLines.join(' | ')}`;
      if (hasStarted && this.#shouldRun) this.faults.push(description);
      return description;
    });
    const reason = await Promise.race([ready.promise, ended]);
    hasStarted = reason === null;
    return reason;
  }
}

function isErrorLine(line: string): boolean {
  try {
    return (JSON.parse(line) as { level?: number }).level! >= ERROR_LEVEL;
  } catch {
    return false;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
