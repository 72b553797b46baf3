import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { openPglite } from '../../../src/adapters/mikro-orm/pglite.ts';
import { openDatabase } from '../../../src/composition/store/open-database.ts';
import type { Observer } from '../../../src/ports/observer.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** The name of the environment variable with which the global set-up tells the workers its folder. */
const VARIABLE = 'TEST_MIGRATED_DATA_DIR';

/**
 * Vitest's global set-up. Makes one data folder with an empty, migrated database, of which all tests use
 * copies: a copy takes a tenth of the processor time of a new database.
 */
export default async function setup(): Promise<() => PromiseLike<void>> {
  const folder = await temporaryFolder();
  const dataDir = join(folder.path, 'data');
  const opened = await openDatabase({ databaseUrl: null, dataDir });
  await opened.database.migrate();
  await opened[Symbol.asyncDispose]();
  process.env[VARIABLE] = dataDir;
  return () => folder[Symbol.asyncDispose]();
}

/**
 * Makes `dataDir` a copy of the migrated data folder, unless it exists already or the global set-up did not
 * run. Several callers at the same time are safe: they get one copy.
 */
export async function provideDatabase(dataDir: string): Promise<void> {
  const migrated = process.env[VARIABLE];
  if (migrated === undefined || existsSync(dataDir)) return;
  const copy = `${dataDir}-${randomBytes(4).toString('hex')}`;
  await cp(migrated, copy, { recursive: true });
  // Fails if another caller was faster.
  await rename(copy, dataDir).catch(() => rm(copy, { recursive: true }));
}

/** Opens a copy of the migrated database in this process. The global set-up deletes it at the end. */
export async function openMigratedPglite(observer: Observer | null = null): Promise<Database> {
  const dataDir = `${process.env[VARIABLE]}-${randomBytes(4).toString('hex')}`;
  await provideDatabase(dataDir);
  return openPglite(join(dataDir, 'database'), observer);
}
