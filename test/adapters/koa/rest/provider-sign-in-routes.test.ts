import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { userIdOf } from '../../../support/builders.ts';
import { fieldsOf, TestServer } from '../test-server.ts';

const ATTEMPT = { state: 'state', nonce: 'nonce', verifier: 'verifier' };

let server: TestServer;
let isDown = false;
const finished: { answer: string; attempt: object }[] = [];
beforeAll(async () => {
  const neverUsed = () => expect.unreachable();
  server = await TestServer.start({
    publicUrl: 'https://agents.example/here',
    signIn: { redeem: neverUsed, signOut: neverUsed },
    providerSignIn: {
      async begin(redirectUri) {
        if (isDown) throw new Error('the provider is down');
        return { url: new URL(`https://id.example/?redirect_uri=${redirectUri}`), attempt: ATTEMPT };
      },
      async finish(answer, attempt) {
        finished.push({ answer: answer.href, attempt });
        if (answer.searchParams.get('state') !== attempt.state) throw new Error('another state');
        return userIdOf('ann');
      },
      newCode: async (userId) => `code-of-${userId}`,
    },
  });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => void finished.splice(0));

const get = (path: string, headers = {}) =>
  fetch(`${server.url}/api/v1/auth/${path}`, { redirect: 'manual', headers });
const begin = async () => (await get('provider')).headers.getSetCookie()[0]!;

describe('signing in at an identity provider', () => {
  test('is offered to the page', async () => {
    expect(await fieldsOf(await get('options'))).toMatchObject({
      identity_provider: { sign_in_path: '/api/v1/auth/provider' },
    });
  });

  test('leads to the provider, and keeps the attempt where only this route gets it', async () => {
    const response = await get('provider');
    expect(response.headers.get('location')).toBe(
      'https://id.example/?redirect_uri=https://agents.example/here/api/v1/auth/provider/answer',
    );
    const [cookie] = response.headers.getSetCookie();
    for (const part of ['path=/here/api/v1/auth/provider', 'httponly', 'samesite=lax', 'secure'])
      expect(cookie).toContain(part);
  });

  test('leads back to the page with a one-time code, and forgets the attempt', async () => {
    const [cookie] = (await begin()).split(';');
    const response = await get('provider/answer?code=1&state=state', { cookie });
    expect(response.headers.get('location')).toBe('/here/#code=code-of-ann');
    expect(finished).toEqual([
      {
        answer: 'https://agents.example/here/api/v1/auth/provider/answer?code=1&state=state',
        attempt: ATTEMPT,
      },
    ]);
    expect(response.headers.getSetCookie()[0]).toContain('expires=Thu, 01 Jan 1970');
  });

  test('signs nobody in with an answer that belongs to no attempt of this browser', async () => {
    const [cookie] = (await begin()).split(';');
    for (const [query, headers] of [
      ['code=1&state=state', {}],
      ['code=1&state=state', { cookie: cookie!.replace(/=.*/, '=bm9uZQ') }],
      ['code=1&state=other', { cookie }],
    ] as const) {
      const response = await get(`provider/answer?${query}`, headers);
      expect(response.headers.get('location')).toBe('/here/#not-signed-in');
    }
  });

  test('leads back to the page if the provider cannot be reached', async () => {
    isDown = true;
    expect((await get('provider')).headers.get('location')).toBe('/here/#not-signed-in');
    isDown = false;
  });

  test('is a GET, because browsers are led there', async () => {
    const response = await fetch(`${server.url}/api/v1/auth/provider`, { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
  });
});
