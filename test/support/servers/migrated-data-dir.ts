import { randomBytes } from 'node:crypto';
import { cpSync, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { openPglite } from '../../../src/adapters/mikro-orm/pglite.ts';
import { openDatabase } from '../../../src/composition/store/open-database.ts';
import type { Observer } from '../../../src/ports/observer.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMAND } from './agent-dashboard.ts';
import { NodeProcess } from './node-process.ts';

/** The name of the environment variable with which the global set-up tells the workers its folder. */
const VARIABLE = 'TEST_MIGRATED_DATA_DIR';

/** The databases from which PostgreSQL would make others. They are 600 of 1,000 files, and nobody does. */
const TEMPLATES = ['1', '4'];

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
  const database = join(dataDir, 'database');
  await Promise.all(TEMPLATES.map((id) => rm(join(database, 'base', id), { recursive: true })));
  process.env[VARIABLE] = dataDir;
  await fillCompileCache(join(folder.path, 'first'));
  return () => folder[Symbol.asyncDispose]();
}

/** Lets one server end by itself. Only then Node stores what it has compiled, and most servers are killed. */
async function fillCompileCache(dataDir: string): Promise<void> {
  await provideDatabase(dataDir);
  await using server = new NodeProcess([...COMMAND, 'serve'], {
    env: { DATA_DIR: dataDir, MCP_SERVER_PORT: '0' },
  });
  await server.waitForOutput('Ctrl-C stops it.');
  server.signal('SIGTERM');
  await server.whenEnded;
}

/**
 * Makes `dataDir` a copy of the migrated data folder, unless it exists already or the global set-up did not
 * run. Several callers at the same time are safe: they get one copy.
 */
export async function provideDatabase(dataDir: string): Promise<void> {
  const migrated = process.env[VARIABLE];
  if (migrated === undefined || existsSync(dataDir)) return;
  const copy = `${dataDir}-${randomBytes(4).toString('hex')}`;
  // Takes 0.1 s of processor time, and 0.4 s if it is asynchronous.
  cpSync(migrated, copy, { recursive: true });
  // Fails if another caller was faster.
  await rename(copy, dataDir).catch(() => rm(copy, { recursive: true }));
}

/** Opens a copy of the migrated database in this process. The global set-up deletes it at the end. */
export async function openMigratedPglite(observer: Observer | null = null): Promise<Database> {
  const dataDir = `${process.env[VARIABLE]}-${randomBytes(4).toString('hex')}`;
  await provideDatabase(dataDir);
  return openPglite(join(dataDir, 'database'), observer);
}
