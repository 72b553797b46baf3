import { type Environment, readConfig } from '../../config/config.ts';
import { migrateDatabase, missingMigrations, openDatabase } from '../../store/open-database.ts';

/**
 * Brings the schema up to date, or only says what is missing.
 * @returns whether the schema is up to date now.
 */
export async function migrate(
  env: Environment,
  { check, json }: { check: boolean; json: boolean },
): Promise<boolean> {
  await using opened = await openDatabase(readConfig(env));
  const { database } = opened;
  const missing = check ? await missingMigrations(database) : await migrateDatabase(database);
  const found = check ? 'missing' : 'applied';
  if (json) process.stdout.write(`${JSON.stringify({ [found]: missing })}\n`);
  else if (missing.length === 0) process.stdout.write('The schema is up to date.\n');
  else for (const name of missing) process.stdout.write(`${found} ${name}\n`);
  return !check || missing.length === 0;
}
