import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

/** The version that src/adapters/mikro-orm/database/scoped-query.ts was checked with; see docs/adr/0014. */
const CHECKED = '8.23.0';

const WHAT_TO_CHECK = `scoped-query.ts overrides undocumented methods of pg's Query.
It was checked with pg ${CHECKED}. Before you change this number:
1. Compare lib/query.js and lib/client.js of the two versions: prepare, handleDataRow, handleCommandComplete,
   handleError and _handleParseComplete, parsedStatements and submittedNamedStatements.
2. Run test/adapters/mikro-orm/scoped-query.int.test.ts and test/adapters/tenancy with the new version.
3. If pg can now send several statements before one Sync, remove the override (docs/adr/0014).`;

const readPackage = async (url: URL | string) =>
  JSON.parse(await readFile(url, 'utf8')) as { version: string; [dependencies: string]: unknown };

test('the installed pg is the one that scoped-query.ts was checked with', async () => {
  const installed = await readPackage(new URL('../../../node_modules/pg/package.json', import.meta.url));
  expect(installed.version, WHAT_TO_CHECK).toBe(CHECKED);
});

test('package.json asks for exactly this pg', async () => {
  const about = await readPackage(new URL('../../../package.json', import.meta.url));
  const { pg } = { ...(about.dependencies as object), ...(about.optionalDependencies as object) } as {
    pg?: string;
  };
  expect(pg, WHAT_TO_CHECK).toBe(CHECKED);
});

test('the connections that MikroORM opens are of this pg and no other', () => {
  const ours = createRequire(import.meta.url);
  const ofMikroOrm = createRequire(ours.resolve('@mikro-orm/postgresql'));
  expect(ofMikroOrm.resolve('pg')).toBe(ours.resolve('pg'));
});
