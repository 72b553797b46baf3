import { describe, expect, test } from 'vitest';
import { check, NOW, OWN_KEY_KINDS, pairs, signedToken } from '../signed-tokens.ts';

const ME = { sub: 'me', iat: NOW };
const INSTANCE = '0198a1b2-0000-7000-8000-00000000abcd';

describe.each(OWN_KEY_KINDS)('a token signed with %s', (kind) => {
  const pair = pairs[kind];
  const verify = (claims: object | string) => check(signedToken(claims, {}, pair), pair);
  const callerOf = async (claims: object | string) => (await verify(claims)).caller;

  describe('times are compared with 30 s of tolerance', () => {
    test.each([
      ['exp', NOW + 1, null],
      ['exp', NOW - 29, null],
      ['exp', NOW - 30, 'expired'],
      ['exp', NOW - 3600, 'expired'],
      ['nbf', NOW + 30, null],
      ['nbf', NOW + 31, '"nbf" is in the future'],
      ['iat', NOW + 30, null],
      ['iat', NOW + 31, '"iat" is in the future'],
      ['iat', NOW - 400 * 86_400, null],
    ])('%s %d gives the error %s', async (claim, seconds, reason) => {
      const checked = verify({ ...ME, [claim]: seconds });
      if (reason === null) await expect(checked).resolves.toMatchObject({ caller: { userId: 'me' } });
      else await expect(checked).rejects.toThrow(reason);
    });

    test.each(['exp', 'nbf', 'iat'])('%s must be a number or absent', async (claim) => {
      for (const wrong of [String(NOW), null, true, [NOW], {}])
        await expect(verify({ ...ME, [claim]: wrong })).rejects.toThrow(`"${claim}" is not a number`);
    });

    test.each(['1e999', '1e300', String(NOW * 1000)])(
      'exp %s is refused as no time in seconds',
      async (exp) => {
        await expect(verify(`{"sub":"me","exp":${exp}}`)).rejects.toThrow('"exp" is not a time in seconds');
      },
    );

    test.each(['-1e999', '-1e300', '-1', '0'])('exp %s is refused as expired', async (exp) => {
      await expect(verify(`{"sub":"me","exp":${exp}}`)).rejects.toThrow('expired');
    });
  });

  describe('its subject', () => {
    const reason = 'the user must be a text of 1 to 255 characters';

    test.each([[''], [null], [42], [true], [{ me: 1 }], [['me']], [undefined]])(
      'must not be %j',
      async (sub) => {
        await expect(verify({ iat: NOW, sub })).rejects.toThrow(reason);
      },
    );

    test.each(['ada\u001b[2J', 'ada\n', '\u0085', '\u007f'])(
      'must not have a control character: %j',
      async (sub) => {
        await expect(verify({ iat: NOW, sub })).rejects.toThrow('without control characters');
      },
    );

    test('must have at most 255 characters', async () => {
      await expect(verify({ sub: 'x'.repeat(255) })).resolves.toBeDefined();
      await expect(verify({ sub: 'x'.repeat(256) })).rejects.toThrow(reason);
    });

    test.each(['a\\u0000b', '\\ud800', 'x\\udc00'])(
      'must have no NUL and no lone surrogate: %s',
      async (sub) => {
        await expect(verify(`{"sub":"${sub}"}`)).rejects.toThrow(reason);
      },
    );
  });

  test.each([[null], [1], [['agent']], [{}]])('its scope must not be %j', async (scope) => {
    await expect(verify({ ...ME, scope })).rejects.toThrow('"scope" is not a text');
  });

  describe('its id', () => {
    test.each(['x', 'aaaaaaaaaaaaaaaa', ''])('may be %j', async (jti) => {
      await expect(verify({ ...ME, jti })).resolves.toMatchObject({ tokenId: jti });
    });

    test('is null when the token has none', async () => {
      await expect(verify(ME)).resolves.toMatchObject({ tokenId: null });
    });

    test.each([[null], [1], [['x']], [{}], [true], ['a\0'], ['\ud800']])('must not be %j', async (jti) => {
      const claims = JSON.stringify({ ...ME, jti });
      await expect(verify(claims)).rejects.toThrow('"jti" is not a text');
    });
  });

  describe('its agent instance', () => {
    test('limits the caller to that instance', async () => {
      expect((await callerOf({ ...ME, agent_instance_id: INSTANCE })).agentInstanceId).toBe(INSTANCE);
    });

    test('is null when the token names none, which allows all instances of the user', async () => {
      expect((await callerOf(ME)).agentInstanceId).toBeNull();
    });

    test.each([
      [null],
      [''],
      [1],
      [[INSTANCE]],
      ['*'],
      [INSTANCE.toUpperCase()],
      [INSTANCE.replaceAll('-', '')],
      [`{${INSTANCE}}`],
      [`${INSTANCE} `],
      [INSTANCE.slice(1)],
    ])('must be a canonical UUID, not %j', async (agent_instance_id) => {
      await expect(verify({ ...ME, agent_instance_id })).rejects.toThrow(
        '"agent_instance_id" is not a canonical UUID',
      );
    });
  });

  test('the caller has the values of the claims', async () => {
    const claims = { sub: 'me', iat: NOW - 5, exp: NOW + 60, email: 'me@example.com', name: 'Me', jti: 'x' };
    expect(await verify({ ...claims, agent_instance_id: INSTANCE })).toEqual({
      caller: {
        userId: 'me',
        scopes: ['agent'],
        expiresAt: new Date((NOW + 60) * 1000),
        email: 'me@example.com',
        displayName: 'Me',
        agentInstanceId: INSTANCE,
      },
      tokenId: 'x',
      issuedAt: (NOW - 5) * 1000,
      mustBeRecorded: kind === 'short RS256',
      algorithm: kind.replace('short ', ''),
    });
  });

  test('the caller has null for a claim that is absent or not a text', async () => {
    const nothing = { expiresAt: null, email: null, displayName: null };
    expect(await callerOf({ sub: 'me' })).toMatchObject(nothing);
    expect(await callerOf({ sub: 'me', email: 1, name: ['Me'] })).toMatchObject(nothing);
    expect(await callerOf('{"sub":"me","email":"\\u0000","name":"\\ud800"}')).toMatchObject(nothing);
  });

  test('issuer and audience are ignored, since they are for identity providers', async () => {
    const claims = { ...ME, iss: 'https://elsewhere.example', aud: ['other'] };
    await expect(verify(claims)).resolves.toMatchObject({ caller: { userId: 'me' } });
  });
});

test.each([
  [undefined, ['agent']],
  ['agent', ['agent']],
  ['dashboard', ['dashboard']],
  ['dashboard agent agent', ['agent', 'dashboard']],
  ['openid  dashboard', ['dashboard']],
  ['AGENT agents', []],
  ['', []],
])('the scope %j of a key of full strength grants %j', async (scope, scopes) => {
  for (const pair of [pairs.EdDSA, pairs.ES256, pairs.RS256])
    expect((await check(signedToken({ ...ME, scope }, {}, pair), pair)).caller.scopes).toEqual(scopes);
});
