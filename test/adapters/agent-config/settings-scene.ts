import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AgentConfig, Wanted } from '../../../src/adapters/agent-config/agents/agent-config.ts';
import {
  changeToAdd,
  changeToRemove,
  type FileChange,
  type FileRecord,
} from '../../../src/adapters/agent-config/files/file-change.ts';
import type { SettingsFile } from '../../../src/adapters/agent-config/files/settings-file.ts';
import { readText, writeChange } from '../../../src/adapters/agent-config/files/write-change.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

/** A home folder, in which one agent is connected and disconnected as the commands do it. */
export class SettingsScene implements AsyncDisposable {
  readonly home: string;
  readonly #folder: TemporaryFolder;
  readonly #agent: AgentConfig;
  readonly #wanted: Partial<Wanted>;
  #records: readonly FileRecord[] = [];

  private constructor(folder: TemporaryFolder, agent: AgentConfig, wanted: Partial<Wanted>) {
    this.#folder = folder;
    this.home = folder.path;
    this.#agent = agent;
    this.#wanted = wanted;
  }

  static async of(agent: AgentConfig, wanted: Partial<Wanted> = {}): Promise<SettingsScene> {
    return new SettingsScene(await temporaryFolder(), agent, wanted);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }

  async files(purpose: Wanted['purpose'] = 'connect'): Promise<readonly SettingsFile[]> {
    const wanted: Wanted = {
      ...{ purpose, project: null, permissionTool: false, steps: null, ...this.#wanted },
      program: ['/opt/node', '/opt/agent dashboard/bin.js'],
      packageFolder: '/opt/agent dashboard',
      connectionFile: `/home/ada/.config/agent-dashboard/connections/${this.#agent.name}.json`,
    };
    return (await this.#agent.plan(wanted, { home: this.home, env: { PATH: '' } })).files;
  }

  async connect(): Promise<readonly FileChange[]> {
    const changes = await this.#changes('connect', changeToAdd);
    this.#records = changes.map(({ record }) => ({ ...record!, folders: [] }));
    return changes;
  }

  async disconnect(): Promise<void> {
    await this.#changes('disconnect', changeToRemove);
    this.#records = [];
  }

  async #changes(purpose: Wanted['purpose'], change: typeof changeToAdd): Promise<readonly FileChange[]> {
    const changes: FileChange[] = [];
    for (const file of await this.files(purpose)) {
      const record = this.#records.find(({ path }) => path === file.path) ?? null;
      changes.push(change(file, await readText(file.path), record));
    }
    for (const each of changes) await writeChange(each);
    return changes;
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  read(path: string): Promise<string> {
    return readFile(path, 'utf8');
  }

  /** Returns all files, with the same home folder in each run. */
  async contents(): Promise<string> {
    const texts: string[] = [];
    for (const { path } of await this.files())
      texts.push(`=== ${path}\n${(await readText(path)) ?? '(no file)\n'}`);
    return texts.join('').replaceAll(this.home, '/home/ada');
  }

  path(...names: readonly string[]): string {
    return join(this.home, ...names);
  }
}
