import { expect, it } from 'vitest';
import { refuseUnsoundForm } from '../../../src/adapters/jwt/token-form.ts';

const part = (text: string) => Buffer.from(text).toString('base64url');
const [header, claims] = [part('{"alg":"EdDSA"}'), part('{"sub":"me"}')];

it('three parts in base64url are for the signature to decide', () => {
  expect(() => refuseUnsoundForm(`${header}.${claims}.AAAA`)).not.toThrow();
});

it.each([
  ['', 'not three parts'],
  [header, 'not three parts'],
  [`${header}.${claims}`, 'not three parts'],
  [`${header}.${claims}.AAAA.AAAA`, 'not three parts'],
  [`${header}.${claims}.AAAB=`, 'not canonical base64url'],
  [`${header}.${claims}.AAB`, 'not canonical base64url'],
  [`${part('{"kid":"a"}')}.${claims}.AAAA`, 'unknown kid'],
  [`${part('{"jku":"https://keys.example"}')}.${claims}.AAAA`, 'the header brings its own key (jku)'],
  [`${part('{"typ":"logout+jwt"}')}.${claims}.AAAA`, 'unexpected typ'],
])('%s: %s', (token, reason) => {
  expect(() => refuseUnsoundForm(token!)).toThrow(reason);
});
