import type { Random } from '../support/random.ts';
import { randomText } from './random-json.ts';

const LONG = 'x'.repeat(9_000);

/**
 * Headers that the server, Koa or Node act on, with values from usual to absurd. Null leaves the header out.
 */
export const HEADERS: readonly (readonly [name: string, values: readonly (string | null)[]])[] = [
  ['Host', [null, '', 'localhost:1', '[::1', '[::1]:80', 'localhost, localhost', 'evil.example', '%00', '@']],
  [
    'Authorization',
    [null, '', 'Bearer', 'Bearer  ', 'Bearer a.b.c', 'bearer x y', 'Basic YTpi', `Bearer ${LONG}`],
  ],
  [
    'Content-Type',
    [null, '', 'application/json;', 'application/json; charset', 'text/json', '*/*', 'a/b;c="d', LONG],
  ],
  ['Content-Length', [null, '0', '1', '00000002', '+1', '-1', '1e3', '99999999999999999999', '1, 1', '']],
  ['Transfer-Encoding', ['chunked', 'gzip, chunked', 'identity', 'chunked, chunked', 'xchunked', '']],
  ['Content-Encoding', ['gzip', 'br', 'deflate', 'identity', 'gzip, br', 'compress', '\u00ff', '']],
  [
    'Accept',
    ['', '*', 'text/html', 'application/json;q=x', 'a/b;q=0, */*;q=0', ';;;', 'application/*', LONG],
  ],
  ['Accept-Encoding', ['gzip', '*;q=0', '']],
  ['Idempotency-Key', ['', ' ', 'k', 'k'.repeat(255), 'k'.repeat(256), '\u00e9', '\t', 'a\tb', 'same']],
  ['Origin', ['null', '', 'http://localhost', 'https://evil.example', 'http://', 'file://', '\u00ff']],
  ['X-Request-Id', ['', 'sane-1', 'x'.repeat(129), '<b>', '\u00ff', 'a b']],
  ['Expect', ['100-continue', 'nothing', '']],
  ['Upgrade', ['websocket', 'h2c', '']],
  ['Connection', ['close', 'keep-alive', 'upgrade', 'close, upgrade', 'nothing', '']],
  ['X-Forwarded-Proto', ['https', 'javascript', ',']],
  ['X-Forwarded-Host', ['evil.example', '']],
  ['X-HTTP-Method-Override', ['DELETE']],
  ['Range', ['bytes=0-1', 'bytes=-']],
  ['If-None-Match', ['*', '"x"']],
  ['Cookie', ['a=b', '=;=;', '__proto__=1', LONG]],
  ['__proto__', ['x']],
  ['Trailer', ['Host']],
  ['TE', ['trailers']],
];

export const METHODS = [
  ...['GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT'],
  ...['PROPFIND', 'SEARCH', 'PURGE', 'QUERY', 'M-SEARCH'],
] as const;

const ROUTES = [
  '/',
  '/health',
  '/ready',
  '/.well-known/oauth-protected-resource',
  '/api/v1',
  '/api/v1/',
  '/api/v1/messages/agent',
  '/api/v1/messages/pending',
  '/api/v1/messages/x/request-input',
  '/api/v1/agents/instances/x/heartbeat',
  '/api/v1/agent-instances',
  '/api/v1/auth/verify',
] as const;

const inUrl = (text: string) => encodeURIComponent(text.toWellFormed()).slice(0, 4_000);

/** Request targets, from usual ones to absurd ones. */
export const TARGETS: readonly ((random: Random) => string)[] = [
  (random) => random.oneOf(ROUTES),
  (random) => `${random.oneOf(ROUTES)}?${inUrl(randomText(random))}=${inUrl(randomText(random))}`,
  (random) => `${random.oneOf(ROUTES)}?agent_instance_id=${inUrl(randomText(random))}&wait=0`,
  (random) => `/api/v1/messages/${inUrl(randomText(random))}/request-input`,
  (random) =>
    `/api/v1/agents/instances/${random.oneOf(['%', '%FF', '%2F', '%00', '..', '.', '%E0%A4%A'])}/heartbeat`,
  (random) =>
    `${random.oneOf(ROUTES)}${random.oneOf(['//', '/.', '/..', ';x', '#x', '%', '?', '??', '?%', '?a[b]=c'])}`,
  (random) =>
    random.oneOf(['*', '//', '///api/v1', '/\\', '/%', '/%2e%2e/', '?', '#', 'api/v1', '/\u00e9', ':']),
  (random) =>
    random.oneOf([
      'http://localhost/api/v1/auth/verify',
      'http://evil.example/',
      'http://[bad/',
      'http://[::1]:99999/',
      'http://a:b@c/',
      'https://',
      'http://%00/',
      'http://a b/',
      'file:///etc/passwd',
      'javascript:1',
      'localhost:80',
      'data:,x',
    ]),
  (random) => `/${'a/'.repeat(random.oneOf([1, 100, 7_000]))}`,
];
