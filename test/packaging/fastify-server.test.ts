import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { JwtIssuer } from '../../src/adapters/jwt/jwt-issuer.ts';
import { generateKeyPair, readPrivateKey } from '../../src/adapters/jwt/keys/keys.ts';
import { openPglite } from '../../src/adapters/mikro-orm/pglite.ts';
import { aGrant, userIdOf } from '../support/builders.ts';
import { NodeProcess } from '../support/servers/node-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SERVER = join(inject('installation').folder, 'examples/fastify/server.ts');

test('the Fastify example refuses a token of a deleted user, also after a restart', async () => {
  await using data = await temporaryFolder();
  const { privateKey } = await generateKeyPair('ed25519');
  const folder = join(data.path, 'data');
  const env = { PORT: '0', DATA_DIR: folder, JWT_PRIVATE_KEY: privateKey };
  const start = async () => {
    const server = new NodeProcess([SERVER], { env });
    await server.waitForOutput('dashboard token:');
    const printed = (label: string) => new RegExp(`${label} (\\S+)`).exec(server.stdout)![1]!;
    const url = printed('listening on');
    const call = (token: string, method: string, path: string, body?: object) =>
      fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
    return { server, call, agentToken: printed('agent token:'), dashboardToken: printed('dashboard token:') };
  };

  // No key record of this token exists, so only the record of the deletion shows that it is void.
  const issuer = new JwtIssuer({ key: readPrivateKey(privateKey, 'JWT_PRIVATE_KEY') });
  const unrecordedToken = await issuer.issue(aGrant({ userId: userIdOf('me') }));

  const first = await start();
  expect((await first.call(first.agentToken, 'GET', '/auth/verify')).status).toBe(200);
  expect((await first.call(unrecordedToken, 'GET', '/auth/verify')).status).toBe(200);
  const deleted = await first.call(first.dashboardToken, 'DELETE', '/account', { confirm: 'me' });
  expect(deleted.status).toBe(200);
  expect((await first.call(first.agentToken, 'GET', '/auth/verify')).status).toBe(401);
  expect((await first.call(unrecordedToken, 'GET', '/auth/verify')).status).toBe(401);
  first.server.signal('SIGTERM');
  expect(await first.server.whenEnded).toMatchObject({ code: 0 });

  const second = await start();
  expect((await second.call(first.agentToken, 'GET', '/auth/verify')).status).toBe(401);
  expect((await second.call(first.dashboardToken, 'GET', '/auth/verify')).status).toBe(401);
  second.server.signal('SIGTERM');
  expect(await second.server.whenEnded).toMatchObject({ code: 0 });

  // A server learns of recent revocations when it starts. This deletion is no longer one of them.
  const database = await openPglite(folder);
  await database.orm.em.execute("update deleted_users set finished_at = now() - interval '1 hour'");
  await database.close();
  const third = await start();
  expect((await third.call(unrecordedToken, 'GET', '/auth/verify')).status).toBe(401);
  third.server.signal('SIGTERM');
  expect(await third.server.whenEnded).toMatchObject({ code: 0 });
});
