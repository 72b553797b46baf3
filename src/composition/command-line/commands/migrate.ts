import { type Environment, readConfig } from '../../config/config.ts';
import { createLogger } from '../../logger.ts';
import { openStore } from '../../store/open-store.ts';

/**
 * Brings the schema up to date, or only says what is missing.
 * @returns whether the schema is up to date now.
 */
export async function migrate(
  env: Environment,
  { check, json }: { check: boolean; json: boolean },
): Promise<boolean> {
  const config = readConfig(env);
  await using opened = await openStore(config, createLogger(config.logLevel));
  const missing = check ? await opened.missingMigrations() : await opened.migrate();
  const found = check ? 'missing' : 'applied';
  if (json) process.stdout.write(`${JSON.stringify({ [found]: missing })}\n`);
  else if (missing.length === 0) process.stdout.write('The schema is up to date.\n');
  else for (const name of missing) process.stdout.write(`${found} ${name}\n`);
  return !check || missing.length === 0;
}
