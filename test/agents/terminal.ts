import { createRequire } from 'node:module';
import { join } from 'node:path';
import { seen, withinReason } from './within-reason.ts';

/** What `@lydell/node-pty` offers, as far as it is used here. */
interface Pty {
  readonly onData: (listener: (data: string) => void) => void;
  readonly onExit: (listener: (exit: { readonly exitCode: number }) => void) => void;
  readonly write: (data: string) => void;
  readonly kill: (signal?: string) => void;
}

interface PtyModule {
  readonly spawn: (program: string, args: readonly string[], options: object) => Pty;
}

export interface TerminalCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env: { readonly [name: string]: string | undefined };
}

/** What terminals answer to the questions that programs ask them. */
const TERMINAL_ANSWERS: readonly (readonly [question: string, answer: string])[] = [
  ['\x1b[6n', '\x1b[1;1R'],
  ['\x1b[c', '\x1b[?62;c'],
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escape sequences of terminals
const ESCAPES = /\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|[\]P][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78])/g;

/** A program on a terminal, for agents that ask only there. */
export class Terminal implements AsyncDisposable {
  readonly #pty: Pty;
  readonly #exit: Promise<number>;
  #output = '';

  /** @param packages the folder with the package that makes terminals */
  constructor(packages: string, { program, args, folder, env }: TerminalCommand) {
    const { spawn } = createRequire(join(packages, 'node_modules/from-here.js'))(
      '@lydell/node-pty',
    ) as PtyModule;
    const size = { name: 'xterm-256color', cols: 160, rows: 50 };
    const pty = spawn(program, args, { ...size, cwd: folder, env: { ...env, TERM: 'xterm-256color' } });
    this.#pty = pty;
    this.#exit = new Promise((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
    pty.onData((data) => {
      this.#output += data;
      for (const [question, answer] of TERMINAL_ANSWERS) if (data.includes(question)) pty.write(answer);
    });
    const killWithUs = () => this.#kill();
    process.once('exit', killWithUs);
    void this.#exit.then(() => process.off('exit', killWithUs));
  }

  /** Waits until a text shows. White space does not count: programs move the cursor instead. */
  async shows(text: string): Promise<void> {
    const wanted = text.replaceAll(/\s/g, '');
    await seen(`the terminal shows "${text}"`, async () =>
      this.#text.replaceAll(/\s/g, '').includes(wanted) ? true : null,
    ).catch((error: Error) => {
      throw new Error(`${error.message}. It shows:\n${this.complaints}`);
    });
    this.#output = '';
  }

  press(keys: string): void {
    this.#pty.write(keys);
  }

  /** Waits until the program has ended, and returns its exit code. */
  ends(): Promise<number> {
    return withinReason('the agent ends', this.#exit);
  }

  /** The end of what the terminal shows. */
  get complaints(): string {
    return this.#text.slice(-2_000);
  }

  get #text(): string {
    return this.#output.replaceAll(ESCAPES, '');
  }

  #kill(): void {
    try {
      this.#pty.kill('SIGKILL');
    } catch {
      // It has ended.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    await this.#exit;
  }
}
