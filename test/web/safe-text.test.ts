import { describe, expect, test } from 'vitest';
import { escapeHtml, isSafeLink } from '../../web/src/model/safe-text.ts';

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
  ])('must not lead to %j', (href) => {
    expect(isSafeLink(href)).toBe(false);
  });
});

test('escaped text contains no markup', () => {
  expect(escapeHtml(`<img src=x onerror='a("b")'>&`)).toBe(
    '&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt;&amp;',
  );
});
