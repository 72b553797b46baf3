import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import type { CommandRun } from './command-run.ts';
import { run } from './command-run.ts';

interface Key {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly revoked_at: string | null;
}

/** A machine with a home folder, on which agents are connected. */
export class ConnectScene implements AsyncDisposable {
  readonly home: string;
  readonly env: { readonly [name: string]: string };
  readonly #folder: TemporaryFolder;

  private constructor(folder: TemporaryFolder, env: { readonly [name: string]: string }) {
    this.#folder = folder;
    this.home = join(folder.path, 'home');
    this.env = { HOME: this.home, PATH: join(folder.path, 'bin'), LOG_LEVEL: 'warn', ...env };
  }

  static async start(env: { readonly [name: string]: string } = {}): Promise<ConnectScene> {
    const folder = await temporaryFolder();
    const scene = new ConnectScene(folder, env);
    await mkdir(scene.home);
    return scene;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#folder[Symbol.asyncDispose]() as Promise<void>;
  }

  run(...args: readonly string[]): Promise<CommandRun> {
    return run(args, this.env);
  }

  path(...names: readonly string[]): string {
    return join(this.home, ...names);
  }

  read(...names: readonly string[]): Promise<string> {
    return readFile(this.path(...names), 'utf8');
  }

  async readJson<Content>(...names: readonly string[]): Promise<Content> {
    return JSON.parse(await this.read(...names)) as Content;
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(join(this.path(path), '..'), { recursive: true });
    await writeFile(this.path(path), text);
  }

  /** Returns the keys that were made for agents of this machine. */
  async keys(): Promise<readonly Key[]> {
    const { stdout } = await this.run('token', 'list', '--json');
    return (JSON.parse(stdout) as Key[]).filter(({ name }) => name.includes(' / '));
  }

  /** Puts a program of this name on PATH. */
  async install(name: string, script: string): Promise<void> {
    const folder = this.env.PATH!.split(delimiter)[0]!;
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), `#!${process.execPath}\n${script}`);
    await chmod(join(folder, name), 0o755);
  }
}

/** Answers `hooks/list` as Codex 0.171.0 does. The hashes of Codex are others. */
export const STAND_IN_CODEX = `
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const file = process.env.CODEX_HOME + '/hooks.json';
const label = (event) => event.replace(/(?<!^)[A-Z]/g, (letter) => '_' + letter).toLowerCase();
const list = () =>
  Object.entries(JSON.parse(readFileSync(file, 'utf8')).hooks).flatMap(([event, groups]) =>
    groups.map((group, index) => ({
      key: file + ':' + label(event) + ':' + index + ':0',
      currentHash: 'sha256:' + createHash('sha256').update(event + JSON.stringify(group)).digest('hex'),
    })),
  );
const lines = require('node:readline').createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { id, method } = JSON.parse(line);
  const result = method === 'hooks/list' ? { data: [{ hooks: list() }] } : {};
  if (id !== undefined) process.stdout.write(JSON.stringify({ id, result }) + '\\n');
});
`;
