import { type ChildProcess, spawn } from 'node:child_process';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface NodeProcessOptions {
  /** The whole environment of the process, except PATH and the folder of Node's compile cache. */
  readonly env?: { readonly [name: string]: string | undefined };
  readonly cwd?: string;
  /** The Node executable. By default it is the one that runs the tests. */
  readonly node?: string;
}

const runningChildren = new Set<ChildProcess>();
const killAll = () => {
  for (const child of runningChildren) child.kill('SIGKILL');
};
// Kills processes that a failed test has left running.
process.once('exit', killAll);

/**
 * A Node process of a test, with everything that it prints. It is killed at the end of the scope, or at the
 * latest when the process ends that runs the tests.
 */
export class NodeProcess implements AsyncDisposable {
  stdout = '';
  stderr = '';
  /** Resolves when the process has ended and all its output was read. */
  readonly whenEnded: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #readers = new Set<() => void>();
  #exit: Exit | null = null;

  constructor(args: readonly string[], { env = {}, cwd, node = process.execPath }: NodeProcessOptions = {}) {
    const child = spawn(node, args, {
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#child = child;
    runningChildren.add(child);
    const record = (stream: 'stdout' | 'stderr') => (text: string) => {
      this[stream] += text;
      this.#wakeReaders();
    };
    child.stdout.setEncoding('utf8').on('data', record('stdout'));
    child.stderr.setEncoding('utf8').on('data', record('stderr'));
    this.whenEnded = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        runningChildren.delete(child);
        this.#exit = { code, signal };
        this.#wakeReaders();
        resolve(this.#exit);
      });
    });
  }

  get isRunning(): boolean {
    return this.#exit === null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * Waits until the process prints `text`.
   * @throws Error with all output if the process ends before it has printed `text`.
   */
  async waitForOutput(text: string, stream: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
    while (!this[stream].includes(text)) {
      if (this.#exit !== null) {
        const how = JSON.stringify(this.#exit);
        throw new Error(`ended (${how}) before it printed "${text}":\n${this.stdout}${this.stderr}`);
      }
      await new Promise<void>((resolve) => this.#readers.add(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) this.signal('SIGKILL');
    await this.whenEnded;
  }

  #wakeReaders(): void {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const wake of readers) wake();
  }
}
