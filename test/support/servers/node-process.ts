import { type ChildProcess, spawn } from 'node:child_process';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface NodeProcessOptions {
  /** All that the process gets to see, but for PATH. */
  readonly env?: { readonly [name: string]: string | undefined };
  readonly cwd?: string;
  /** Another Node than the one that runs the tests. */
  readonly node?: string;
}

const running = new Set<ChildProcess>();
const killAll = () => {
  for (const child of running) child.kill('SIGKILL');
};
// A test that failed or ran out of time may not have got round to it. Proofs run without vitest, too.
if (process.env.VITEST !== undefined) (await import('vitest')).afterAll(killAll);
process.once('exit', killAll);

/** A node process of a test, with all it prints. It ends with the scope, or with the test file at the latest. */
export class NodeProcess implements AsyncDisposable {
  stdout = '';
  stderr = '';
  /** When it has ended and everything it printed is here. */
  readonly ended: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #readers = new Set<() => void>();
  #exit: Exit | null = null;

  constructor(args: readonly string[], { env = {}, cwd, node = process.execPath }: NodeProcessOptions = {}) {
    const child = spawn(node, args, {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#child = child;
    running.add(child);
    const keep = (stream: 'stdout' | 'stderr') => (text: string) => {
      this[stream] += text;
      this.#tell();
    };
    child.stdout.setEncoding('utf8').on('data', keep('stdout'));
    child.stderr.setEncoding('utf8').on('data', keep('stderr'));
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        running.delete(child);
        this.#exit = { code, signal };
        this.#tell();
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

  /** @throws Error with all that was printed, if the process ends without printing `text`. */
  async printed(text: string, stream: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
    while (!this[stream].includes(text)) {
      if (this.#exit !== null) {
        const how = JSON.stringify(this.#exit);
        throw new Error(`ended (${how}) before it said "${text}":\n${this.stdout}${this.stderr}`);
      }
      await new Promise<void>((resolve) => this.#readers.add(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) this.signal('SIGKILL');
    await this.ended;
  }

  #tell(): void {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const reader of readers) reader();
  }
}
