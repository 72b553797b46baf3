import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'agent-dashboard-clients');

/** The installations that are running, because several clients may need the same one. */
const installations = new Map<string, Promise<void>>();

/**
 * Returns the folder with an installed client. `install` fills it if that was not done before with the same
 * files and the same runtime.
 * @param files the files that say what is installed
 */
export async function cachedFolder(
  name: string,
  runtime: string,
  files: readonly string[],
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(runtime);
  for (const file of files) hash.update(await readFile(file));
  const folder = join(CACHE, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;

  if (!installations.has(folder)) {
    process.stderr.write(`installing ${name} …\n`);
    installations.set(folder, installWhole(folder, install));
  }
  await installations.get(folder);
  return folder;
}

/** Installs into another folder first, so that an installation that was cut off is never used. */
async function installWhole(folder: string, install: (folder: string) => Promise<void>): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await install(unfinished);
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
