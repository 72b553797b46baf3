import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { userIdOf } from '../../support/builders.ts';
import { createDatabaseWithRole } from '../../support/postgres/postgres-database.ts';
import { IssuingServer } from '../issuing-server.ts';
import { OAuthScene, type Tokens } from './scene.ts';

const PUBLIC_URL = 'http://localhost:1234/agents';

let databases: Database[];
let servers: IssuingServer[];
let scene: OAuthScene;
beforeAll(async () => {
  const url = await createDatabaseWithRole(inject('postgresUrl'), 'superuser');
  databases = [await openPostgres(url), await openPostgres(url)];
  await databases[0]!.migrate();
  servers = await Promise.all(
    databases.map((database) => IssuingServer.start({ database, oauth: { publicUrl: PUBLIC_URL } })),
  );
  // Each request goes to the other process than the one before.
  scene = new OAuthScene(servers, PUBLIC_URL);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  await Promise.all(databases.map((database) => database.close()));
});

const storedText = async (): Promise<string> => {
  const em = databases[0]!.orm.em.fork();
  return JSON.stringify([
    await em.execute('select * from authorization_records'),
    await em.execute('select * from api_keys'),
  ]);
};

test('each step of a sign-in may reach another process, and the store keeps no secret of it', async () => {
  const { client } = await scene.register();
  const attempt = scene.attempt(client.client_id);
  expect(attempt.url.href.startsWith(`${PUBLIC_URL}/oauth/authorize?`)).toBe(true);
  const code = await scene.codeFor('ann', attempt);
  const beforeExchange = await storedText();
  const tokens = (await (await scene.exchange(code, attempt)).json()) as Tokens;
  const second = (await (await scene.refresh(client.client_id, tokens.refresh_token)).json()) as Tokens;
  for (const server of servers) {
    const response = await fetch(`${server.server.url}/api/v1/auth/verify`, {
      headers: { authorization: `Bearer ${second.access_token}` },
    });
    expect(await response.json()).toMatchObject({ user_id: 'ann' });
  }
  const text = beforeExchange + (await storedText());
  expect(text).toContain('A program');
  for (const secret of [code, tokens.refresh_token, second.refresh_token, tokens.access_token])
    expect(text).not.toContain(secret);
});

test('a refresh token that two processes get at the same time ends the grant', async () => {
  const { tokens, clientId } = await scene.signIn('raced');
  const answers = await Promise.all([1, 2, 3, 4].map(() => scene.refresh(clientId, tokens.refresh_token)));
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  for (const answer of answers.filter(({ status }) => status === 200)) {
    const { refresh_token } = (await answer.json()) as Tokens;
    expect((await scene.refresh(clientId, refresh_token)).status).toBe(400);
  }
});

test('two decisions about one request, at two processes at the same time, make one key', async () => {
  const { client } = await scene.register();
  const browser = scene.newBrowser();
  const { url } = await browser.open(scene.attempt(client.client_id).url);
  const path = `/access-requests/${url.hash.replace('#/connect/', '')}`;
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => scene.page(browser, 'twice', path, { allow: true })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404, 404, 404]);
  const keys = await servers[0]!.stores.apiKeys.list(userIdOf('twice'));
  expect(keys.filter((key) => key.client !== null)).toHaveLength(1);
});

test('a device asks one process, and the person decides at another', async () => {
  const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
  const { client } = await scene.register({ grant_types: [deviceGrant], redirect_uris: undefined });
  const { client_id } = client;
  const begun = await scene.post('/device/authorize', { client_id, scope: 'agent' });
  const { device_code, user_code } = (await begun.json()) as { [name: string]: string };
  const text = await storedText();
  expect(text).not.toContain(device_code);
  expect(text).not.toContain(user_code!.replace('-', ''));
  await scene.page(scene.newBrowser(), 'ann', `/device-codes/${user_code}`, { allow: true });
  const polled = await scene.post('/token', {
    grant_type: deviceGrant,
    client_id,
    device_code: device_code!,
  });
  expect(polled.status).toBe(200);
});

test('a program that sends characters which a database cannot store gets no internal error', async () => {
  const { client } = await scene.register();
  const answers: Response[] = [];
  for (const name of ['state', 'nonce', 'ui_locales', 'login_hint', 'acr_values', 'claims', 'display'])
    answers.push(await fetch(local(scene.attempt(client.client_id, { [name]: 'a\0b' }).url), MANUAL));
  answers.push(
    await scene.post('/device/authorize', { client_id: client.client_id, scope: 'agent', state: 'a\0b' }),
    await scene.post('/token', { client_id: 'a\0b', grant_type: 'refresh_token', refresh_token: 'a\0b' }),
    await scene.post('/revoke', { client_id: client.client_id, token: 'a\0b' }),
  );
  const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'a\0b' };
  for (const metadata of [
    { client_uri: 'https://app.example/a\0b' },
    { redirect_uris: ['https://app.example/a\0b'] },
    { redirect_uris: ['a\0b://x'] },
    { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key] } },
    { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ ...key, 'a\0b': '\ud800' }] } },
  ])
    answers.push(new Response(null, { status: (await scene.register(metadata)).status }));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
});

const MANUAL = { redirect: 'manual' } as const;

/** The servers have the same public address, at which none of them listens. */
const local = (url: URL): string => url.href.replace(PUBLIC_URL, servers[0]!.server.url);
