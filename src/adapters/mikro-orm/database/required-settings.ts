import type { RunStatement } from './request-role.ts';

/** Thrown when a database would lose or refuse data later. Its message says what must be different. */
export class UnsuitableDatabaseError extends Error {
  override readonly name = 'UnsuitableDatabaseError';
  /** What is wrong, each as one sentence without a subject, such as `must be PostgreSQL 14 or later`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the database ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/** What a PostgreSQL says about itself and about a connection. */
export interface DatabaseSettings {
  readonly version: number;
  readonly version_text: string;
  readonly role: string;
  readonly server_encoding: string;
  readonly client_encoding: string;
  readonly date_style: string;
  readonly standard_conforming_strings: string;
  readonly row_security: string;
  readonly is_standby: boolean;
  readonly is_read_only: boolean;
  /** The schema of new tables; null when no schema of the search path exists. */
  readonly schema: string | null;
  readonly may_create: boolean;
}

const READ_SETTINGS = `select
  current_setting('server_version_num')::int as version,
  current_setting('server_version') as version_text,
  current_user::text as role,
  current_setting('server_encoding') as server_encoding,
  current_setting('client_encoding') as client_encoding,
  current_setting('DateStyle') as date_style,
  current_setting('standard_conforming_strings') as standard_conforming_strings,
  current_setting('row_security') as row_security,
  pg_is_in_recovery() as is_standby,
  current_setting('transaction_read_only')::bool as is_read_only,
  current_schema()::text as schema,
  coalesce(has_schema_privilege(current_schema(), 'create'), false) as may_create`;

export async function readSettings(run: RunStatement): Promise<DatabaseSettings> {
  const [settings] = await run<DatabaseSettings>(READ_SETTINGS, [], null);
  return settings!;
}

/** The oldest supported version, as in `server_version_num`. */
const OLDEST_VERSION = 140_000;

/** The settings of a connection that the statements and the driver rely on. */
const NEEDED: readonly (readonly [name: string, value: string, actual: (s: DatabaseSettings) => string])[] = [
  ['client_encoding', 'UTF8', (settings) => settings.client_encoding],
  ['DateStyle', 'ISO', ({ date_style }) => date_style.split(',')[0]!],
  ['standard_conforming_strings', 'on', (settings) => settings.standard_conforming_strings],
  ['row_security', 'on', (settings) => settings.row_security],
];

/**
 * Returns what is wrong with a database, for `UnsuitableDatabaseError`.
 * @param changes what this process is going to do: `none` only reads, `rows` writes, and `tables` also makes
 * tables.
 */
export function problemsOf(
  settings: DatabaseSettings,
  changes: 'none' | 'rows' | 'tables',
): readonly string[] {
  const { version, version_text, server_encoding, role, schema } = settings;
  const problems: string[] = [];
  if (version < OLDEST_VERSION) problems.push(`must be PostgreSQL 14 or later, not ${version_text}`);
  if (server_encoding !== 'UTF8') {
    problems.push(
      `must have the encoding UTF8, not ${server_encoding}, which cannot store every text; make another with: ` +
        "create database … encoding 'UTF8' template template0",
    );
  }
  for (const [name, value, actual] of NEEDED) {
    if (actual(settings) !== value)
      problems.push(
        `must use ${name} = ${value}, not ${actual(settings)}; its URL or a pooler has changed that`,
      );
  }
  if (changes === 'none') return problems;
  if (settings.is_standby) {
    problems.push('is a standby, which can only be read; use the address of the primary');
  } else if (settings.is_read_only) {
    problems.push(`can only be read by the role ${role}; turn default_transaction_read_only off`);
  }
  if (schema === null) {
    problems.push(`has no schema that is in the search_path of the role ${role}`);
  } else if (changes === 'tables' && !settings.may_create) {
    problems.push(
      `has tables to be made, and the role ${role} may not make them; run migrate as the owner of the database, or: ` +
        `grant create on schema ${schema} to ${role}`,
    );
  }
  return problems;
}
