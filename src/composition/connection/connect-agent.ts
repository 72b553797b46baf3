import { join } from 'node:path';
import {
  type AgentConfig,
  type Machine,
  shellQuoted,
} from '../../adapters/agent-config/agents/agent-config.ts';
import {
  changeToAdd,
  changeToRemove,
  type FileChange,
  type FileRecord,
} from '../../adapters/agent-config/files/file-change.ts';
import type { SettingsFile } from '../../adapters/agent-config/files/settings-file.ts';
import { wholeFile } from '../../adapters/agent-config/files/whole-file.ts';
import { readText, removeEmptyFolders, writeChange } from '../../adapters/agent-config/files/write-change.ts';
import type { Environment } from '../config/config.ts';
import { type Connection, configFolder, connectionPath, homeOf, type Place } from '../connection-file.ts';
import { removeConnection, saveConnection } from './connections.ts';
import { copyProgram, type InstalledProgram, installedProgram } from './installed-program.ts';
import type { AgentKey } from './key-names.ts';

export interface PlaceOptions {
  readonly project: string | null;
  readonly keyOnly: boolean;
  readonly permissionTool: boolean;
  readonly steps: string | null;
}

/** What connecting or disconnecting an agent changes. Nothing is changed yet. */
export interface ConnectionPlan {
  readonly agent: AgentConfig;
  readonly program: InstalledProgram;
  readonly connection: Connection | null;
  readonly options: PlaceOptions;
  readonly changes: readonly FileChange[];
  readonly notes: readonly string[];
}

export const machineOf = (env: Environment): Machine => ({ home: homeOf(env), env });

/**
 * Plans what connects an agent.
 * @throws SettingsError if a file of the agent cannot be read.
 */
export async function planToConnect(
  agent: AgentConfig,
  connection: Connection | null,
  { env, options }: { readonly env: Environment; readonly options: PlaceOptions },
): Promise<ConnectionPlan> {
  const program = installedProgram(env);
  const wanted = wantedOf(agent, program, { env, options, purpose: 'connect' });
  const { files, notes } = options.keyOnly
    ? { files: [launcherFile(program, env)], notes: [] }
    : await agent.plan(wanted, machineOf(env));
  const records = placeOf(connection, options.project)?.files ?? [];
  const changes: FileChange[] = [];
  for (const file of files)
    changes.push(changeToAdd(file, await readText(file.path), recordOf(records, file.path)));
  // An earlier connection may have needed other files.
  const stale = records.filter(({ path }) => files.every((file) => file.path !== path));
  const known = stale.length === 0 ? [] : await allFiles(agent, program, { env, options });
  for (const record of stale) {
    const file = known.find(({ path }) => path === record.path) ?? foreignFile(record.path);
    changes.push(changeToRemove(file, await readText(file.path), record));
  }
  return { agent, program, connection, options, changes, notes };
}

/**
 * Plans what takes back all that connecting has changed at one place.
 * @throws SettingsError if a file of the agent cannot be read.
 */
export async function planToDisconnect(
  agent: AgentConfig,
  connection: Connection,
  { env, project }: { readonly env: Environment; readonly project: string | null },
): Promise<ConnectionPlan> {
  const program = installedProgram(env);
  const place = placeOf(connection, project);
  const options = { project, keyOnly: place?.key_only === true, permissionTool: false, steps: null };
  const wanted = wantedOf(agent, program, { env, options, purpose: 'disconnect' });
  const { files } = options.keyOnly
    ? { files: [launcherFile(program, env)] }
    : await agent.plan(wanted, machineOf(env));
  const changes: FileChange[] = [];
  for (const file of files) {
    const record = recordOf(place?.files ?? [], file.path);
    if (record !== null) changes.push(changeToRemove(file, await readText(file.path), record));
  }
  return { agent, program, connection, options, changes, notes: [] };
}

/**
 * Makes the changes of a plan to connect. If it fails in between, disconnecting takes back what was changed.
 */
export async function connect(plan: ConnectionPlan, key: AgentKey, env: Environment): Promise<void> {
  const { agent, program, connection, options, changes } = plan;
  if (program.copy !== null) await copyProgram(program.copy);
  const { project, keyOnly: key_only, permissionTool: permission_tool, steps } = options;
  const oldRecords = placeOf(connection, project)?.files ?? [];
  const others = connection?.places.filter((place) => place.project !== project) ?? [];
  const records = new Map<string, FileRecord>(oldRecords.map((record) => [record.path, record]));
  const save = () => {
    const place: Place = { project, key_only, permission_tool, steps, files: [...records.values()] };
    return saveConnection(
      { agent: agent.name, ...key, program: program.program, places: [...others, place] },
      env,
    );
  };
  for (const change of changes) {
    if (change.record === null) {
      await writeChange(change);
      await removeEmptyFolders(records.get(change.path)?.folders ?? []);
      records.delete(change.path);
      continue;
    }
    const { folders: oldFolders = [] } = records.get(change.path) ?? {};
    // The record is stored first: a change without a record could not be taken back exactly.
    records.set(change.path, { ...change.record, folders: oldFolders });
    await save();
    const folders = await writeChange(change);
    records.set(change.path, { ...change.record, folders: [...folders, ...oldFolders] });
  }
  await save();
}

/**
 * Makes the changes of a plan to disconnect.
 * @returns whether the agent is not connected anywhere any more.
 */
export async function disconnect(plan: ConnectionPlan, env: Environment): Promise<boolean> {
  const { agent, connection, options, changes } = plan;
  const records = placeOf(connection, options.project)?.files ?? [];
  for (const change of changes) {
    await writeChange(change);
  }
  for (const { folders } of records.toReversed()) await removeEmptyFolders(folders);
  const places = connection?.places.filter(({ project }) => project !== options.project) ?? [];
  if (connection !== null && places.length > 0) await saveConnection({ ...connection, places }, env);
  else await removeConnection(agent.name, env);
  return places.length === 0;
}

export const placeOf = (connection: Connection | null, project: string | null): Place | undefined =>
  connection?.places.find((place) => place.project === project);

const recordOf = (records: readonly FileRecord[], path: string): FileRecord | null =>
  records.find((record) => record.path === path) ?? null;

/** Returns all files that may have something of ours, whatever the options are. */
async function allFiles(
  agent: AgentConfig,
  program: InstalledProgram,
  { env, options }: { readonly env: Environment; readonly options: PlaceOptions },
): Promise<readonly SettingsFile[]> {
  const wanted = wantedOf(agent, program, { env, options, purpose: 'disconnect' });
  return [launcherFile(program, env), ...(await agent.plan(wanted, machineOf(env))).files];
}

/** A file of which only its record is known: if it has changed, it stays as it is. */
const foreignFile = (path: string): SettingsFile => ({ ...wholeFile(path, ''), remove: (text) => text });

/** A script by which plugins find this program. */
const launcherFile = ({ program }: InstalledProgram, env: Environment): SettingsFile =>
  wholeFile(
    join(configFolder(env), 'launcher.sh'),
    `# Added by agent-dashboard connect --key-only.\nexec ${program.map(shellQuoted).join(' ')} "$@"\n`,
  );

const wantedOf = (
  agent: AgentConfig,
  { program, packageFolder }: InstalledProgram,
  { env, options, purpose }: { env: Environment; options: PlaceOptions; purpose: 'connect' | 'disconnect' },
) => ({ ...options, purpose, program, packageFolder, connectionFile: connectionPath(agent.name, env) });
