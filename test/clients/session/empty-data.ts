import { join } from 'node:path';
import { openDatabase } from '../../../src/composition/store/open-database.ts';
import { provideDatabase } from '../../support/servers/migrated-data-dir.ts';

/** Fills a folder with an empty database, which all sessions copy: to make a database takes seconds. */
export async function makeEmptyData(parent: string): Promise<string> {
  const dataDir = join(parent, 'data');
  await provideDatabase(dataDir);
  await using opened = await openDatabase({ databaseUrl: null, dataDir });
  await opened.database.migrate();
  return dataDir;
}
