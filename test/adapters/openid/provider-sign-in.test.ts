import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProviderSignIn } from '../../../src/adapters/openid/provider-sign-in.ts';
import { userIdOf } from '../../support/builders.ts';
import { TestIdentityProvider } from '../../support/servers/identity-provider.ts';
import { CLIENT_ID, REDIRECT_URI, signInAt } from '../../support/servers/sign-in.ts';
import { pairs } from '../jwt/signed-tokens.ts';

let provider: TestIdentityProvider;
let signIn: ProviderSignIn;
beforeAll(async () => {
  provider = await TestIdentityProvider.start({ keys: [pairs.EdDSA] });
  signIn = new ProviderSignIn({ issuer: provider.issuer, clientId: CLIENT_ID, clientSecret: null });
});
afterAll(() => provider[Symbol.asyncDispose]());

/** Signs in as `ann`. Returns what the browser brings back, and the attempt that it belongs to. */
async function answerFor() {
  const { url, attempt } = await signIn.begin(REDIRECT_URI);
  return { answer: await signInAt(url.href, 'ann'), attempt };
}

describe('a person who signs in at the identity provider', () => {
  test('is known here by the id that they have there', async () => {
    const { answer, attempt } = await answerFor();
    expect(await signIn.finish(answer, attempt)).toBe(userIdOf('ann'));
  });

  test('is sent there with PKCE, and with a state and a nonce that nobody can guess', async () => {
    const [{ url }, other] = [await signIn.begin(REDIRECT_URI), await signIn.begin(REDIRECT_URI)];
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(url.searchParams.get(name)).not.toBe(other.url.searchParams.get(name));
    expect(Object.values(other.attempt).every((secret) => secret.length >= 43)).toBe(true);
  });
});

describe('nobody is signed in', () => {
  test.each(['state', 'nonce', 'verifier'] as const)('with the %s of another attempt', async (name) => {
    const { answer, attempt } = await answerFor();
    const { attempt: other } = await signIn.begin(REDIRECT_URI);
    await expect(signIn.finish(answer, { ...attempt, [name]: other[name] })).rejects.toThrow();
  });

  test('with an answer that was used before', async () => {
    const { answer, attempt } = await answerFor();
    await signIn.finish(answer, attempt);
    await expect(signIn.finish(answer, attempt)).rejects.toThrow();
  });

  test('with an answer from another provider (mix-up)', async () => {
    const { answer, attempt } = await answerFor();
    answer.searchParams.set('iss', 'https://evil.example');
    await expect(signIn.finish(answer, attempt)).rejects.toThrow();
  });

  test('with an error of the provider', async () => {
    const { url, attempt } = await signIn.begin(REDIRECT_URI);
    const answer = new URL(REDIRECT_URI);
    answer.search = `error=access_denied&state=${attempt.state}&iss=${encodeURIComponent(provider.issuer)}`;
    expect(url.href).toContain(provider.issuer);
    await expect(signIn.finish(answer, attempt)).rejects.toThrow();
  });

  test('while the provider cannot be reached, and everybody when it can be', async () => {
    const fresh = new ProviderSignIn({ issuer: provider.issuer, clientId: CLIENT_ID, clientSecret: null });
    provider.breakDown((res) => res.writeHead(500).end());
    await expect(fresh.begin(REDIRECT_URI)).rejects.toMatchObject({ code: 'identity_provider_unavailable' });
    provider.exchangeKeys([pairs.EdDSA]);
    const { url, attempt } = await fresh.begin(REDIRECT_URI);
    expect(await fresh.finish(await signInAt(url.href, 'eve'), attempt)).toBe(userIdOf('eve'));
  });
});
