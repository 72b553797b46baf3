import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { issueToken } from '../../support/servers/agent-dashboard.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectNoSecretsIn, secretPartsOf } from '../config/log-secrets.ts';

test('the log of a whole run, faults included, has no token, key, password or Authorization header', async () => {
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
  const expired = await issueToken(env, '--user', 'ada', '--expires', '1s');
  const linkToken = randomBytes(32).toString('base64url');
  const altered = `${agentToken.slice(0, -6)}AAAAAA`;
  const agent_instance_id = randomUUID();
  const step = { agent_instance_id, agent_type: 'codex', content: 'said-in-confidence' };
  const headers = { 'idempotency-key': 'key-of-the-client' };

  const statuses: number[] = [];
  const noteStatus = async (answer: Promise<Response>) => {
    const { status } = await answer;
    statuses.push(status);
  };
  await noteStatus(server.call('POST', '/messages/agent', { body: step, headers }));
  await noteStatus(server.call('POST', '/messages/agent', { body: { ...step, content: 'other' }, headers }));
  await noteStatus(server.call('POST', '/messages/agent', { token: dashboardToken, body: step }));
  for (const token of [altered, `${expired}x`, 'x.y.z'])
    await noteStatus(server.call('GET', '/auth/verify', { token }));
  await noteStatus(server.call('GET', `/auth/verify?access_token=${agentToken}`));
  await noteStatus(server.call('POST', '/messages/agent', { body: `{"content":"${agentToken}` }));
  await noteStatus(server.call('GET', `/nowhere/${agent_instance_id}`));
  for (const path of [linkToken, `${linkToken}/`])
    await noteStatus(server.call('GET', `/answer-links/${path}`));
  await sendMalformed(
    server,
    `GET /api/v1/auth/verify HTTP/1.1\r\nHost: a\r\nAuthor ization: ${agentToken}\r\n\r\n`,
  );
  await sendMalformed(
    server,
    `GET / HTTP/1.1\r\nAuthorization: Bearer ${agentToken}${'x'.repeat(20_000)}\r\n\r\n`,
  );

  // Faults are logged with the errors of the database driver, which may contain statements and settings.
  await dba.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', ['keeper']);
  await noteStatus(server.call('POST', '/messages/agent', { body: step }));
  await dba.query('alter table messages rename to messages_away');
  await noteStatus(server.call('POST', '/messages/agent', { body: step }));
  await dba.query('alter table messages_away rename to messages');
  await dba.query('alter table messages add constraint refusing check (content is null) not valid');
  await noteStatus(server.call('POST', '/messages/agent', { body: step }));
  await dba.end();
  expect(await server.stop()).toBe(0);

  const log = server.process.stderr;
  // A fault is a 503 if it is met while the token is checked.
  expect(statuses).toEqual([
    200,
    422,
    403,
    401,
    401,
    401,
    401,
    400,
    404,
    404,
    404,
    expect.any(Number),
    expect.toBeOneOf([500, 503]),
    500,
  ]);
  // The log is not empty: each request has its line, and each fault has its cause.
  expect(log.match(/"msg":"request"/g)?.length).toBeGreaterThan(10);
  expect(log).toContain('"level":50');
  expectNoSecretsIn(log, {
    ...secretPartsOf('agent token', agentToken),
    ...secretPartsOf('dashboard token', dashboardToken),
    ...secretPartsOf('expired token', expired),
    'token of an answer link': linkToken,
    'end of the altered token': altered.slice(-20),
    'database password': 'pass-keeper-word',
    'private key': (await readFile(join(DATA_DIR, 'jwt-private-key.pem'), 'utf8')).split('\n')[1] ?? '',
    'idempotency key': 'key-of-the-client',
    'content of a message': 'said-in-confidence',
  });
});

test('the output of a failed start has no password', async () => {
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
  expectNoSecretsIn(failed, { password: 'wrong-pass-word' });
});

/** Sends a malformed request, and waits until the server closes the connection. */
async function sendMalformed({ port }: RunningServer, text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}).resume();
  socket.write(text);
  await new Promise((resolve) => socket.once('close', resolve));
}
