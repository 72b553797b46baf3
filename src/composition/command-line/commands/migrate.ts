import { type Environment, readConfig } from '../../config/config.ts';
import { createLogger } from '../../logger.ts';
import { openStore } from '../../store/open-store.ts';

/**
 * Brings the schema up to date, or with `check` only lists the missing migrations.
 * @returns whether the schema is up to date now.
 */
export async function migrate(
  env: Environment,
  { check, json }: { check: boolean; json: boolean },
): Promise<boolean> {
  const config = readConfig(env);
  await using opened = await openStore(config, createLogger(config.logLevel));
  const names = check ? await opened.missingMigrations() : await opened.migrate();
  const label = check ? 'missing' : 'applied';
  if (json) process.stdout.write(`${JSON.stringify({ [label]: names })}\n`);
  else if (names.length === 0) process.stdout.write('The schema is up to date.\n');
  else for (const name of names) process.stdout.write(`${label} ${name}\n`);
  return !check || names.length === 0;
}
