import type { InferKyselyDB, SqlEntityManager } from '@mikro-orm/sql';
import type { Kysely } from 'kysely';
import type { entities } from '../schema/entities.ts';

/**
 * Statements use the names of properties instead of columns, and rows have the entities' values: times are
 * Dates.
 */
const OPTIONS = { columnNamingStrategy: 'property', convertValues: true } as const;

/** The rows of the entities' tables. */
export type TableRows = InferKyselyDB<(typeof entities)[number], typeof OPTIONS>;

/** The type of the entities' tables, which Kysely uses to check statements. */
export type Tables = Kysely<TableRows>;

/** Returns the tables. A statement that is executed through them belongs to the transaction of `em`. */
export const tablesOf = (em: SqlEntityManager): Tables => em.getKysely(OPTIONS);
