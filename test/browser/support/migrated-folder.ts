import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../../src/composition/store/open-database.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    migratedFolder: string;
  }
}

/** Vitest's global set-up. Creates one data folder for all tests to copy: a new database takes seconds. */
export default async function setup(project: TestProject): Promise<() => PromiseLike<void>> {
  const folder = await temporaryFolder();
  const dataDir = join(folder.path, 'data');
  const opened = await openDatabase({ databaseUrl: null, dataDir });
  await opened.database.migrate();
  await opened[Symbol.asyncDispose]();
  project.provide('migratedFolder', dataDir);
  return () => folder[Symbol.asyncDispose]();
}
