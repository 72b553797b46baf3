import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { createDatabaseWithRole } from '../../support/postgres/postgres-database.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test.each([
  ['superuser', /"level":30,.*"isolation":"role"/],
  ['', /"level":30,.*"isolation":"forced"/],
  ['bypassrls', /"level":40,.*"isolation":"off".*create role agent_dashboard_requests nologin; grant/],
] as const)(
  'the log states whether row level security is active (role privileges: %j)',
  async (privileges, line) => {
    await using folder = await temporaryFolder();
    const DATABASE_URL = await createDatabaseWithRole(inject('postgresUrl'), privileges);
    await using server = await RunningServer.start({ DATA_DIR: join(folder.path, 'data'), DATABASE_URL });
    expect(server.process.stderr).toMatch(line);
  },
);
