import { describe, expect, test } from 'vitest';
import { check, NOW, OWN_KEY_KINDS, pairs, signedToken, signText } from '../signed-tokens.ts';

const ME = { sub: 'me', iat: NOW };

describe.each(OWN_KEY_KINDS)('a token signed with %s', (kind) => {
  const pair = pairs[kind];
  const { algorithm: alg } = pair;
  const signed = (claims: object | string | Buffer, header: object | string = {}) =>
    signedToken(claims, header, pair);
  const accepted = (token: string) => expect(check(token, pair)).resolves.toBeDefined();
  const refused = (token: string, reason: string) => expect(check(token, pair)).rejects.toThrow(reason);

  describe('in its header', () => {
    test.each(['jku', 'x5u', 'jwk', 'x5c'])('must not bring a key of its own: %s', async (name) => {
      for (const value of ['https://evil.example/keys', pair.publicKey.export({ format: 'jwk' }), null])
        await refused(signed(ME, { [name]: value }), `the header brings its own key (${name})`);
    });

    test.each([
      { crit: ['urn:example:exp'], 'urn:example:exp': 1 },
      { crit: ['b64'], b64: true },
      { crit: ['b64'], b64: false },
      { crit: ['exp'] },
      { crit: [] },
      { crit: 'exp' },
      { crit: null },
    ])('must not have crit: %j', async (header) => {
      await refused(signed(ME, header), 'unknown crit');
    });

    test.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt'])('may have the type %s', async (typ) => {
      await accepted(signed(ME, { typ }));
    });

    test.each(['logout+jwt', 'dpop+jwt', 'JOSE', '', 1, null])(
      'must not have another type: %j',
      async (typ) => {
        await refused(signed(ME, { typ }), 'unexpected typ');
      },
    );
  });

  test.each([
    '{"sub":"me","sub":"you"}',
    '{"sub":"me","s\\u0075b":"you"}',
    '{"sub":"me","scope":"agent","x":{"sub":1},"scope":"dashboard"}',
    '{"sub":"me","exp":1,"exp":9999999999}',
    '{"sub":"me","x":"\\"}","x":1}',
  ])('must not repeat a claim: %s', async (claims) => {
    await refused(signed(claims), 'a name is repeated');
  });

  test('must not repeat a header parameter', async () => {
    await refused(signed(ME, `{"alg":"none","alg":"${alg}"}`), 'a name is repeated');
    await refused(signed(ME, `{"alg":"${alg}","\\u0061lg":"${alg}"}`), 'a name is repeated');
  });

  test('may use the same name in different objects and as a value', async () => {
    await accepted(
      signed(
        '{"a":{"sub":1,"x":[{"sub":2},{"sub":3}]},"b":["sub","sub"],"c":"sub","sub":"me" , "d":"\\",:"}',
      ),
    );
  });

  test.each(['null', '"me"', '[{"sub":"me"}]', '{"sub":"me"', '{"sub":"me"}{}', '', '\u{feff}{"sub":"me"}'])(
    'is refused when its claims are not one JSON object: %j',
    async (claims) => {
      await expect(check(signed(claims), pair)).rejects.toThrow();
    },
  );

  test('must have claims in UTF-8', async () => {
    await refused(signed(Buffer.from('{"sub":"m\xe9"}', 'latin1')), 'not valid for encoding utf-8');
    await expect(check(signed('{"sub":"mé"}'), pair)).resolves.toMatchObject({ caller: { userId: 'mé' } });
  });

  test('must have canonical base64url in every part, even where a valid signature covers it', async () => {
    const [header, claims] = [`{"alg":"${alg}" }`, '{"sub":"me"}  '].map((text) =>
      Buffer.from(text).toString('base64url'),
    );
    const sign = (text: string) => signText(text, pair);
    const token = sign(`${header}.${claims}`);
    const signature = token.split('.')[2]!;
    await accepted(token);
    for (const odd of [
      (part: string) => `${part}==`,
      (part: string) => `${part}=`,
      (part: string) => ` ${part}`,
      (part: string) => `${part}\n`,
      (part: string) => `${part.slice(0, 4)}*${part.slice(4)}`,
      // Changes the bits of the last character that belong to no byte.
      (part: string) => part.slice(0, -1) + String.fromCharCode(part.charCodeAt(part.length - 1) + 1),
    ]) {
      await refused(sign(`${odd(header!)}.${claims}`), 'not canonical base64url');
      await refused(sign(`${header}.${odd(claims!)}`), 'not canonical base64url');
      await refused(`${header}.${claims}.${odd(signature)}`, 'not canonical base64url');
    }
  });

  test('must not use + and / instead of - and _', async () => {
    const [header, claims] = [`{"alg":"${alg}"}`, '{"sub":"me","x":"~~~???>>>"}'].map((text) =>
      Buffer.from(text).toString('base64url'),
    );
    const odd = claims!.replaceAll('-', '+').replaceAll('_', '/');
    expect(odd).not.toBe(claims);
    await accepted(signText(`${header}.${claims}`, pair));
    await refused(signText(`${header}.${odd}`, pair), 'not canonical base64url');
  });

  test('must have three parts', async () => {
    const token = signed(ME);
    const [header, claims, signature] = token.split('.');
    for (const odd of [
      '',
      '.',
      'hello',
      `${header}.${claims}`,
      `${token}.`,
      `.${token}`,
      `${token}.${signature}`,
    ])
      await refused(odd, 'not three parts');
    for (const odd of [
      '../..',
      `${header}.${claims}.`,
      `${header}..${signature}`,
      `.${claims}.${signature}`,
      ` ${token}`,
      `${token}\n`,
      `${token}\0`,
      `Bearer ${token}`,
    ])
      await expect(check(odd, pair)).rejects.toThrow();
  });
});
