import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How to start a client. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: { readonly [name: string]: string };
  /** The working directory. */
  readonly folder?: string;
}

/** Only a client that hangs plays longer, also on a busy machine. */
const MAX_SESSION_MS = 600_000;
/** How many of the last lines on stderr a failure shows. */
const MAX_STDERR_LINES = 12;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) killGroup(child);
});

/** A client in its own process, which says what it sees in lines on stdout, and hears words on stdin. */
export class ClientProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #stderr: string[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #whenEnded: Promise<string>;

  /** @param env the whole environment, except PATH and what the command adds. */
  constructor({ program, args, env: ownEnv, folder }: Command, env: { readonly [name: string]: string }) {
    const child = spawn(program, args, {
      env: { PATH: process.env.PATH, ...env, ...ownEnv },
      stdio: 'pipe',
      cwd: folder,
      // The client may start processes of its own. They end with it, as one group.
      detached: true,
    });
    this.#child = child;
    running.add(child);
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#stderr.push(line);
      if (this.#stderr.length > MAX_STDERR_LINES) this.#stderr.shift();
    });
    // A client that has ended cannot hear. What it said last is reported instead.
    child.stdin.on('error', () => {});
    this.#timer = setTimeout(() => {
      this.#stderr.push(`(killed after ${MAX_SESSION_MS / 1000} s)`);
      killGroup(child);
    }, MAX_SESSION_MS);
    this.#whenEnded = once(child, 'close').then(
      ([code, signal]) => `${code ?? signal}`,
      (error: Error) => error.message,
    );
  }

  /** Returns the next line of the client, or null if it has ended. */
  async hear(): Promise<string | null> {
    const { value, done } = await this.#lines.next();
    return done === true ? null : value;
  }

  say(word: string): void {
    this.#child.stdin!.write(`${word}\n`);
  }

  /** Closes the client's stdin, waits until it has ended, and returns its exit code or signal. */
  async end(): Promise<string> {
    this.#child.stdin!.end();
    return this.#whenEnded;
  }

  /** The last lines on stderr. */
  get complaints(): string {
    return this.#stderr.join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    killGroup(this.#child);
    await this.#whenEnded;
    running.delete(this.#child);
  }
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended.
  }
}
