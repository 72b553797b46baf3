import { describe, expect, test } from 'vitest';
import { browserName } from '../../../web/src/model/notification/browser-name.ts';
import { reasonAgainstPush, subscribeErrorText } from '../../../web/src/model/notification/push-support.ts';

const usable = { isSecure: true, hasPush: true, isIos: false, permission: 'default' } as const;

describe('a browser notifies', () => {
  test.each(['default', 'granted'] as const)('if it can, and the permission is %s', (permission) => {
    expect(reasonAgainstPush({ ...usable, permission })).toBeNull();
    expect(reasonAgainstPush({ ...usable, permission, isIos: true })).toBeNull();
  });

  test.each([
    ['there is no HTTPS', { isSecure: false, hasPush: false }, /HTTPS, or on localhost/],
    ['an iPhone shows the page in a tab', { isIos: true, hasPush: false }, /home screen first/],
    ['it has no push messages', { hasPush: false }, /cannot notify you while this page is closed/],
    ['the user has blocked it', { permission: 'denied' }, /blocks notifications/],
  ] as const)('not if %s, and says so', (_, environment, reason) => {
    expect(reasonAgainstPush({ ...usable, ...environment })).toMatch(reason);
  });

  test('or says what its push service did', () => {
    expect(subscribeErrorText(new DOMException('denied', 'NotAllowedError'))).toMatch(/private window/);
    expect(subscribeErrorText(new DOMException('push service error', 'AbortError'))).toMatch(
      /\(push service error\)\. Brave/,
    );
  });
});

const GECKO = 'Mozilla/5.0 (Android 15; Mobile; rv:152.0) Gecko/152.0 Firefox/152.0';
const webKit = (system: string, rest: string) =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${rest}`;

test.each([
  [webKit('X11; Linux x86_64', 'Chrome/149.0.0.0 Safari/537.36'), 'Chrome on Linux'],
  [webKit('Linux; Android 10; K', 'Chrome/149.0.0.0 Mobile Safari/537.36'), 'Chrome on Android'],
  [webKit('Windows NT 10.0; Win64; x64', 'Chrome/149.0.0.0 Safari/537.36 Edg/149.0'), 'Edge on Windows'],
  [
    webKit('iPhone; CPU iPhone OS 18_7 like Mac OS X', 'Version/26.0 Mobile/15E148 Safari/604.1'),
    'Safari on iPhone',
  ],
  [webKit('Macintosh; Intel Mac OS X 10_15_7', 'Version/26.0 Safari/605.1.15'), 'Safari on macOS'],
  [GECKO, 'Firefox on Android'],
  ['curl/8', 'Browser'],
])('%s is %s', (userAgent, name) => {
  expect(browserName(userAgent, false)).toBe(name);
});

test('an iPad that says that it is a Mac is an iPad', () => {
  const userAgent = webKit('Macintosh; Intel Mac OS X 10_15_7', 'Version/26.0 Safari/605.1.15');
  expect(browserName(userAgent, true)).toBe('Safari on iPad');
});
