import { describe, expect, test } from 'vitest';
import { formatRoute, parseRoute, parseSignInCode } from '../../web/src/model/route.ts';

describe('the fragment of the address', () => {
  test.each([
    { page: 'list' },
    { page: 'keys' },
    { page: 'notifications' },
    { page: 'answer', token: 'a-b_c' },
    { page: 'connect', id: 'a-b_c' },
    { page: 'device', code: null },
    { page: 'device', code: 'ABCD-EFGH' },
    { page: 'instance', id: '0199-a', tab: 'conversation' },
    { page: 'instance', id: 'with / and %', tab: 'changes' },
    { page: 'instance', id: '0199-a', tab: 'conversation', messageId: 'b/c' },
  ] as const)('of %j leads back to it', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  test.each(['', '#', '#/nowhere', '#/instances/', '#/answer/', '#code=abc'])(
    '%j opens the list',
    (fragment) => {
      expect(parseRoute(fragment)).toEqual({ page: 'list' });
    },
  );

  test('is read without an error if its encoding is broken', () => {
    expect(parseRoute('#/instances/%E0%A4%A')).toMatchObject({ id: '%E0%A4%A' });
  });

  test('holds either a one-time code or a route', () => {
    expect(parseSignInCode('#code=abc-123')).toBe('abc-123');
    expect(parseSignInCode('#/instances/1')).toBeNull();
  });
});
