import { describe, expect, test } from 'vitest';
import { formatRoute, parseRoute, parseSignInCode } from '../../web/src/model/route.ts';
import { escapeHtml, isSafeLink } from '../../web/src/model/safe-text.ts';

describe('the address', () => {
  test.each([
    { page: 'list' },
    { page: 'keys' },
    { page: 'instance', id: '0199-a', tab: 'conversation' },
    { page: 'instance', id: 'with / and %', tab: 'changes' },
  ] as const)('of %j leads back to it', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  test.each(['', '#', '#/nowhere', '#/instances/', '#code=abc'])('%j is the list', (fragment) => {
    expect(parseRoute(fragment)).toEqual({ page: 'list' });
  });

  test('a broken one does no harm', () => {
    expect(parseRoute('#/instances/%E0%A4%A')).toMatchObject({ id: '%E0%A4%A' });
  });

  test('carries the one-time code, apart from routes', () => {
    expect(parseSignInCode('#code=abc-123')).toBe('abc-123');
    expect(parseSignInCode('#/instances/1')).toBeNull();
  });
});

describe('a link in a message', () => {
  test.each(['https://example.com/x', 'HTTP://example.com', 'mailto:a@example.com'])(
    'may lead to %s',
    (href) => {
      expect(isSafeLink(href)).toBe(true);
    },
  );

  test.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://x/1',
    '#code=stolen',
    '#/keys',
    '/api/v1/auth/session',
    '//evil.example',
    '',
  ])('may not lead to %j', (href) => {
    expect(isSafeLink(href)).toBe(false);
  });

  test('text becomes no markup', () => {
    expect(escapeHtml(`<img src=x onerror='a("b")'>&`)).toBe(
      '&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt;&amp;',
    );
  });
});
