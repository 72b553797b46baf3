import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { storageBusy, storageUnavailable } from '../../../src/ports/errors.ts';
import type { AuthorizationRepository } from '../../../src/ports/storage/authorization-repository.ts';
import { IssuingServer } from '../issuing-server.ts';
import { OAuthScene } from './scene.ts';

let server: IssuingServer;
let scene: OAuthScene;
let clientId: string;
beforeEach(async () => {
  server = await IssuingServer.start({ oauth: {} });
  scene = new OAuthScene([server]);
  clientId = (await scene.register()).client.client_id;
});
afterEach(() => server[Symbol.asyncDispose]());

function failWith(error: Error): void {
  const { authorizations } = server.stores as unknown as { authorizations: AuthorizationRepository };
  const fail = () => Promise.reject(error);
  Object.assign(authorizations, { find: fail, save: fail, use: fail, findByUserCode: fail });
}

describe.each([
  ['cannot be reached', storageUnavailable()],
  ['is busy', storageBusy()],
])('while the database %s', (_, error) => {
  test('programs are told to try again, and not that something is wrong with them', async () => {
    failWith(error);
    const answers = [
      await scene.post('/token', { grant_type: 'refresh_token', client_id: clientId, refresh_token: 'x' }),
      await scene.post('/device/authorize', { client_id: clientId, scope: 'agent' }),
      await scene.post('/revoke', { client_id: clientId, token: 'x' }),
      await fetch(`${server.server.url}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_name: 'A program', redirect_uris: ['https://app.example/callback'] }),
      }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(await answer.json()).toEqual({
        error: 'temporarily_unavailable',
        error_description: error.message,
      });
    }
  });

  test('people are told to try again', async () => {
    failWith(error);
    const { url } = scene.attempt(clientId);
    const answer = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(await answer.text()).toContain('Try again in a moment');
  });
});

test('any other failure stays an internal error, which says nothing about its cause', async () => {
  failWith(new Error('the secret cause'));
  const answer = await scene.post('/token', {
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: 'x',
  });
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('secret');
});
