import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { userIdOf } from '../../support/builders.ts';
import { IssuingServer } from '../issuing-server.ts';
import { type Fields, OAuthScene, type Tokens } from './scene.ts';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:device_code';

let server: IssuingServer;
let scene: OAuthScene;
let clientId: string;
beforeAll(async () => {
  server = await IssuingServer.start({ oauth: {} });
  scene = new OAuthScene([server]);
  const { client } = await scene.register({ grant_types: [GRANT_TYPE], redirect_uris: undefined });
  clientId = client.client_id;
});
afterAll(() => server[Symbol.asyncDispose]());

const json = async <Body = Fields>(response: Response) => (await response.json()) as Body;

interface Codes {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
}
const begin = async (parameters = {}) =>
  json<Codes>(await scene.post('/device/authorize', { client_id: clientId, scope: 'agent', ...parameters }));
const poll = (device_code: string, client_id = clientId) =>
  scene.post('/token', { grant_type: GRANT_TYPE, client_id, device_code });
const decide = (user: string, code: string, allow = true) =>
  scene.page(scene.newBrowser(), user, `/device-codes/${code}`, { allow });

describe('a program on another device', () => {
  test('waits until the person has typed in its code, and gets a token then', async () => {
    const { device_code, user_code } = await begin();
    expect(user_code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    expect(await json(await poll(device_code))).toMatchObject({ error: 'authorization_pending' });
    const typed = user_code.replace('-', '').toLowerCase();
    const shown = await scene.page(scene.newBrowser(), 'ann', `/device-codes/${typed}`);
    expect(shown.fields).toMatchObject({ client_name: 'A program', redirect_host: null, scopes: ['agent'] });
    expect(await json(await poll(device_code))).toMatchObject({ error: 'authorization_pending' });
    expect(await decide('ann', user_code)).toMatchObject({ status: 200, fields: { redirect_to: null } });
    const tokens = await json<Tokens>(await poll(device_code));
    expect(await json(await scene.verify(tokens.access_token))).toMatchObject({
      user_id: 'ann',
      scopes: ['agent'],
    });
    expect((await scene.refresh(clientId, tokens.refresh_token)).status).toBe(200);
    const key = (await server.stores.apiKeys.list(userIdOf('ann'))).find(({ client }) => client !== null);
    expect(key).toMatchObject({ name: 'A program', client: { id: clientId, host: 'another device' } });
  });

  test('sends the person to the page of the dashboard', async () => {
    const { verification_uri, verification_uri_complete, user_code } = await begin();
    const addresses = {
      [verification_uri]: '#/device',
      [verification_uri_complete]: `#/device/${user_code}`,
    };
    for (const [address, hash] of Object.entries(addresses))
      expect((await scene.newBrowser().open(address)).url.href).toBe(`${server.server.url}/${hash}`);
    const forged = `${verification_uri}?user_code=${encodeURIComponent('"><script>')}`;
    expect((await scene.newBrowser().open(forged)).url.hash).toBe('#/device');
  });

  test('is told if the person says no', async () => {
    const { device_code, user_code } = await begin();
    expect((await decide('ann', user_code, false)).status).toBe(200);
    expect(await json(await poll(device_code))).toMatchObject({ error: 'access_denied' });
  });

  test('gets what it asks for, at this server only', async () => {
    const { device_code, user_code } = await begin({ scope: 'agent dashboard nonsense' });
    await decide('ann', user_code);
    expect(await json(await poll(device_code))).toMatchObject({ scope: 'agent dashboard' });
    expect(await begin({ resource: 'https://other.example' })).toMatchObject({ error: 'invalid_target' });
  });
});

describe('a program of many short processes', () => {
  const DAYS = 24 * 60 * 60;
  const grant = async (metadata: Fields, user: string) => {
    const { client } = await scene.register({ redirect_uris: undefined, single_token: true, ...metadata });
    const { device_code, user_code } = await begin({ client_id: client.client_id });
    await decide(user, user_code);
    return { client, tokens: await json<Tokens>(await poll(device_code, client.client_id)) };
  };

  test('gets one token, which lives as long as its grant', async () => {
    const { client, tokens } = await grant({ grant_types: [GRANT_TYPE] }, 'many');
    expect(client.single_token).toBe(true);
    expect(tokens.expires_in).toBe(400 * DAYS);
    const keys = await server.stores.apiKeys.list(userIdOf('many'));
    const key = keys.find(({ client }) => client !== null);
    expect((key!.expiresAt!.getTime() - key!.createdAt.getTime()) / 1000 / DAYS).toBeCloseTo(400, 1);
    expect((await scene.verify(tokens.access_token)).status).toBe(200);
  });

  test('gives it back with its refresh token', async () => {
    const { client, tokens } = await grant({ grant_types: [GRANT_TYPE] }, 'back');
    await scene.post('/revoke', { client_id: client.client_id, token: tokens.refresh_token });
    expect((await scene.verify(tokens.access_token)).status).toBe(401);
  });

  test('gets no such token if browsers carry its codes', async () => {
    const grant_types = ['authorization_code', GRANT_TYPE];
    const { client, tokens } = await grant({ grant_types, redirect_uris: ['http://127.0.0.1/back'] }, 'web');
    expect(client.single_token).toBeUndefined();
    expect(tokens.expires_in).toBe(3_600);
  });
});

describe('a code of a device', () => {
  test('is decided once', async () => {
    const { user_code } = await begin();
    expect((await decide('ann', user_code)).status).toBe(200);
    expect((await decide('eve', user_code)).status).toBe(404);
    expect((await decide('ann', user_code, false)).status).toBe(404);
  });

  test('gives tokens once: who asks again ends them', async () => {
    const { device_code, user_code } = await begin();
    await decide('twice', user_code);
    const tokens = await json<Tokens>(await poll(device_code));
    expect(await json(await poll(device_code))).toMatchObject({ error: 'invalid_grant' });
    expect((await scene.verify(tokens.access_token)).status).toBe(401);
  });

  test('is of one program', async () => {
    const { client } = await scene.register({ grant_types: [GRANT_TYPE], redirect_uris: undefined });
    const { device_code, user_code } = await begin();
    await decide('ann', user_code);
    expect(await json(await poll(device_code, client.client_id))).toMatchObject({ error: 'invalid_grant' });
    expect((await poll(device_code)).status).toBe(200);
  });

  test.each(['ABCD-EFGH', 'x'.repeat(8), 'a%2Fb%2Fc%2Fd%2F'])(
    'that does not exist is not found (%s)',
    async (code) => {
      expect((await decide('ann', code)).status).toBe(404);
    },
  );

  test('is not guessed: after ten wrong ones a user has to wait, with each token, and others need not', async () => {
    const { user_code } = await begin();
    const wrong = () => decide('guesser', 'WRNG-CDES');
    for (let tries = 0; tries < 10; tries += 1) expect((await wrong()).status).toBe(404);
    expect(await wrong()).toMatchObject({ status: 429, fields: { code: 'rate_limited' } });
    expect((await decide('guesser', user_code)).status).toBe(429);
    const read = await scene.page(scene.newBrowser(), 'guesser', `/device-codes/${user_code}`);
    expect(read.status).toBe(429);
    expect((await decide('ann', user_code)).status).toBe(200);
  });
});
