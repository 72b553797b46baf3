import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../errors.ts';

export const notWritableError = (path: string, reason: string): ConfigError =>
  new ConfigError(
    `DATA_DIR: this process cannot write to ${path} (${reason}). Run it as the user who owns DATA_DIR, or let ` +
      'its user own DATA_DIR and everything in it',
  );

/** Says why the embedded database cannot be opened: PGlite only aborts. */
export async function unusableDatabaseError(folder: string): Promise<ConfigError> {
  for (const name of ['.', ...(await readdir(folder, { recursive: true }).catch(() => []))]) {
    const path = join(folder, name);
    try {
      await access(path, constants.R_OK | constants.W_OK);
    } catch (error) {
      return notWritableError(path, (error as NodeJS.ErrnoException).code ?? 'unknown');
    }
  }
  return new ConfigError(
    `DATA_DIR: the database in ${folder} cannot be opened. If the disk is not full, the database is damaged: ` +
      'restore a backup of DATA_DIR',
  );
}
