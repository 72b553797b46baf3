import { join } from 'node:path';
import { inject } from 'vitest';
import type { Environment } from '../../src/composition/config/config.ts';
import { readConfig } from '../../src/composition/config/config.ts';
import { openDatabase } from '../../src/composition/store/open-database.ts';
import { createDatabase } from '../support/postgres/postgres-database.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const STORES = ['PGlite', 'PostgreSQL'] as const;
export type StoreKind = (typeof STORES)[number];

/** The settings of an empty store. With PostgreSQL, too, there is a data folder, for the signing key. */
export interface Store extends AsyncDisposable {
  readonly env: Environment & { readonly DATA_DIR: string };
}

export async function freshStore(kind: StoreKind): Promise<Store> {
  const folder = await temporaryFolder();
  const url = kind === 'PostgreSQL' ? await createDatabase(inject('postgresUrl')) : undefined;
  return {
    env: { DATA_DIR: join(folder.path, 'data'), ...(url === undefined ? {} : { DATABASE_URL: url }) },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Runs a query on the stored rows of all users. With PGlite, the server must not be running. */
export async function stored<Row>(env: Environment, sql: string): Promise<readonly Row[]> {
  await using opened = await openDatabase(readConfig(env));
  return await opened.database.orm.em.execute<Row[]>(sql);
}

export interface StoredMessage {
  readonly agent_instance_id: string;
  readonly position: number;
  readonly id: string;
  readonly sender_type: string;
  readonly content: string;
}

/** Returns all messages, by instance and position. */
export const storedMessages = (env: Environment): Promise<readonly StoredMessage[]> =>
  stored(
    env,
    `select agent_instance_id, position, id, sender_type, content from messages
      order by agent_instance_id, position`,
  );
