import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { issuedToken } from '../../support/servers/agent-dashboard.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectKept, partsOf } from '../config/kept-secrets.ts';

test('no token, key, password or Authorization header is in the log of a whole run, whatever happens', async () => {
  await using folder = await temporaryFolder();
  const DATA_DIR = join(folder.path, 'data');
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  const withPassword = new URL(databaseUrl);
  const dba = new pg.Client({ connectionString: databaseUrl });
  await dba.connect();
  await dba.query("create role keeper login superuser password 'pass-keeper-word'").catch(() => {});
  withPassword.username = 'keeper';
  withPassword.password = 'pass-keeper-word';

  const env = { DATA_DIR, DATABASE_URL: withPassword.href, LOG_LEVEL: 'trace' };
  await using server = await RunningServer.start(env);
  const { agentToken, dashboardToken } = server;
  const expired = await issuedToken(env, '--user', 'ada', '--expires', '1s');
  const altered = `${agentToken.slice(0, -6)}AAAAAA`;
  const agent_instance_id = randomUUID();
  const step = { agent_instance_id, agent_type: 'codex', content: 'said-in-confidence' };
  const headers = { 'idempotency-key': 'key-of-the-client' };

  const statuses: number[] = [];
  const note = async (answer: Promise<Response>) => {
    const { status } = await answer;
    statuses.push(status);
  };
  await note(server.call('POST', '/messages/agent', { body: step, headers }));
  await note(server.call('POST', '/messages/agent', { body: { ...step, content: 'other' }, headers }));
  await note(server.call('POST', '/messages/agent', { token: dashboardToken, body: step }));
  for (const token of [altered, `${expired}x`, 'x.y.z'])
    await note(server.call('GET', '/auth/verify', { token }));
  await note(server.call('GET', `/auth/verify?access_token=${agentToken}`));
  await note(server.call('POST', '/messages/agent', { body: `{"content":"${agentToken}` }));
  await note(server.call('GET', `/nowhere/${agent_instance_id}`));
  await malformed(
    server,
    `GET /api/v1/auth/verify HTTP/1.1\r\nHost: a\r\nAuthor ization: ${agentToken}\r\n\r\n`,
  );
  await malformed(
    server,
    `GET / HTTP/1.1\r\nAuthorization: Bearer ${agentToken}${'x'.repeat(20_000)}\r\n\r\n`,
  );

  // Faults are logged with their causes, which come from drivers that know statements and settings.
  await dba.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', ['keeper']);
  await note(server.call('POST', '/messages/agent', { body: step }));
  await dba.query('alter table messages rename to messages_away');
  await note(server.call('POST', '/messages/agent', { body: step }));
  await dba.query('alter table messages_away rename to messages');
  await dba.query('alter table messages add constraint refusing check (content is null) not valid');
  await note(server.call('POST', '/messages/agent', { body: step }));
  await dba.end();
  expect(await server.stop()).toBe(0);

  const log = server.process.stderr;
  expect(statuses).toEqual([200, 422, 403, 401, 401, 401, 401, 400, 404, expect.any(Number), 500, 500]);
  // It is a log that says something: each request has its line, each fault its cause.
  expect(log.match(/"msg":"request"/g)?.length).toBeGreaterThan(10);
  expect(log).toContain('"level":50');
  expectKept(log, {
    ...partsOf('agent token', agentToken),
    ...partsOf('dashboard token', dashboardToken),
    ...partsOf('expired token', expired),
    'end of the altered token': altered.slice(-20),
    'database password': 'pass-keeper-word',
    'private key': (await readFile(join(DATA_DIR, 'jwt-private-key.pem'), 'utf8')).split('\n')[1] ?? '',
    'idempotency key': 'key-of-the-client',
    'what was said': 'said-in-confidence',
  });
});

test('nor of a start that fails', async () => {
  await using folder = await temporaryFolder();
  const env = {
    DATA_DIR: folder.path,
    LOG_LEVEL: 'trace',
    DATABASE_URL: inject('postgresUrl').replace('postgres:postgres@', 'postgres:wrong-pass-word@'),
  };
  const failed = await RunningServer.start(env).then(
    async (server) => expect.unreachable(await server.kill9().then(() => 'it started')),
    (error: Error) => error.message,
  );
  expect(failed).toContain('agent-dashboard: ');
  expectKept(failed, { password: 'wrong-pass-word' });
});

/** Sends what no HTTP client would, and waits until the server has enough of it. */
async function malformed({ port }: RunningServer, text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}).resume();
  socket.write(text);
  await new Promise((resolve) => socket.once('close', resolve));
}
