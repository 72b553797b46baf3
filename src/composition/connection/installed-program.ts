import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../config/config.ts';
import { homeOf } from '../connection-file.ts';
import { packageInfo } from '../package-info.ts';

const PACKAGE_FOLDER = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const IS_SOURCE = import.meta.url.endsWith('.ts');

/** This program, as the settings of an agent name it. */
export interface InstalledProgram {
  /** Node and the file that it runs. */
  readonly program: readonly string[];
  readonly packageFolder: string;
  /** The folder to which it is copied first; null: it stays where it is. */
  readonly copy: { readonly from: string; readonly to: string } | null;
}

/**
 * Says where the program is going to be. What `npx` has downloaded is in a cache, which may be emptied at any
 * time. So a program in the cache is copied into the folder of the user for data of programs.
 */
export function installedProgram(env: Environment, packageFolder = PACKAGE_FOLDER): InstalledProgram {
  const cached = packageFolder.split(`${sep}_npx${sep}`);
  if (cached.length === 1) return { program: programIn(packageFolder), packageFolder, copy: null };
  const [cache = '', rest = ''] = [packageFolder.slice(0, -cached.at(-1)!.length), cached.at(-1)!];
  const from = join(cache, rest.split(sep)[0]!);
  const to = copyFolder(env);
  const copied = join(to, relative(from, packageFolder));
  return { program: programIn(copied), packageFolder: copied, copy: { from, to } };
}

const programIn = (folder: string): readonly string[] => [
  process.execPath,
  join(folder, IS_SOURCE ? 'src/composition/bin.ts' : 'dist/composition/bin.js'),
];

/** Returns the folder of copies of all versions (XDG Base Directory). */
function copiesFolder(env: Environment): string {
  const { XDG_DATA_HOME: given = '' } = env;
  return join(isAbsolute(given) ? given : join(homeOf(env), '.local/share'), 'agent-dashboard');
}

const copyFolder = (env: Environment): string => join(copiesFolder(env), packageInfo.version);

/** Copies the program, unless that has been done. It is complete, or not there at all. */
export async function copyProgram({
  from,
  to,
}: {
  readonly from: string;
  readonly to: string;
}): Promise<void> {
  if ((await stat(to).catch(() => null)) !== null) return;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const part = `${to}.part-${process.pid}`;
  try {
    await cp(from, part, { recursive: true, verbatimSymlinks: true });
    await rename(part, to);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** Removes the copies, when no agent is connected any more. */
export const removeCopies = (env: Environment): Promise<void> =>
  rm(copiesFolder(env), { recursive: true, force: true });
