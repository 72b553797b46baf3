import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { TestTokens } from '../support/test-tokens.ts';
import {
  jsonHeaders,
  type RawRequest,
  type RequestFields,
  rawRequest,
  standardHeaders,
  withHeaders,
} from './raw-request.ts';

export interface BadInput {
  readonly name: string;
  readonly request: RawRequest;
  readonly status: number;
  /** Null: the response has no body. */
  readonly code: string | null;
}

const INSTANCE = '00000000-0000-4000-8000-00000000bad1';
const FOREIGN = '00000000-0000-4000-8000-00000000bad2';
const MEGABYTE = 1024 * 1024;
/** The fastest compression. The default takes ten seconds for the bomb. */
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const message = (more: object = {}) => ({
  agent_instance_id: INSTANCE,
  agent_type: 'prover',
  content: 'hi',
  ...more,
});

/** Returns the known bad inputs of the REST API with the answers that they must get, except bad tokens. */
export async function badInputs(tokens: TestTokens): Promise<BadInput[]> {
  const [ada, watcher] = [await tokens.of('ada'), await tokens.of('ada', 'dashboard')];
  const bad = (name: string, status: number, code: string | null, fields: RequestFields, token = ada) => ({
    name,
    status,
    code,
    request: rawRequest(token, fields),
  });
  const body = (
    name: string,
    status: number,
    code: string,
    sent: object | string | Buffer,
    target?: string,
  ) => bad(name, status, code, { body: sent, ...(target === undefined ? {} : { target }) });
  const withType = (name: string, type: string) =>
    bad(name, 415, 'unsupported_media_type', {
      body: message(),
      headers: [...standardHeaders(ada), ...jsonHeaders(Buffer.from(JSON.stringify(message())), type)],
    });
  const headers = (
    name: string,
    status: number,
    code: string,
    changed: readonly (readonly [string, string | null])[],
    sent: object | string | Buffer = message(),
  ) => ({ name, status, code, request: withHeaders(rawRequest(ada, { body: sent }), changed) });
  const bytes = (name: string, status: number, code: string, text: string, whole = true) =>
    bad(name, status, code, { bytes: Buffer.from(text, 'latin1'), whole });
  const post = `POST /api/v1/messages/agent HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ada}\r\n`;
  const read = (query: string) => ({ method: 'GET', target: `/api/v1/messages/pending?${query}` });

  return [
    bad('a dashboard token', 403, 'insufficient_scope', { body: message() }, watcher),
    headers('two Authorization headers', 400, 'invalid_header', [
      ['Authorization', `Bearer ${ada}`],
      ['authorization', `Bearer ${ada}`],
    ]),
    headers('two Host headers', 400, 'invalid_header', [
      ['Host', 'localhost'],
      ['host', 'localhost'],
    ]),
    bytes(
      'length and encoding',
      400,
      'malformed_request',
      `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ),
    body(
      'an id that is not there',
      400,
      'agent_instance_not_found',
      {
        agent_instance_id: FOREIGN,
        content: 'x',
      },
      '/api/v1/messages/user',
    ),
    ...['nope', `{${INSTANCE}}`, `${INSTANCE.toUpperCase()}x`, ''].map((id) =>
      body(`the id "${id}"`, 422, 'invalid_id', message({ agent_instance_id: id })),
    ),
    bad('a malformed id in a path', 422, 'invalid_id', {
      method: 'PATCH',
      target: '/api/v1/messages/nope/request-input',
    }),
    bad('a malformed id in a query', 422, 'invalid_id', read('agent_instance_id=%FF')),
    body('truncated JSON', 400, 'invalid_json', '{"content": "hi"'),
    body('an empty body', 400, 'invalid_json', ''),
    ...['null', '1', '"text"', '[{}]', 'true'].map((text) =>
      body(`the root ${text}`, 400, 'invalid_json', text),
    ),
    body('a __proto__ key', 400, 'invalid_json', '{"__proto__": {"content": "x"}}'),
    body('a constructor key', 400, 'invalid_json', message({ message_metadata: { constructor: {} } })),
    body('JSON 65 deep', 400, 'too_deep', `{"message_metadata":${nested(64)}}`),
    body('JSON 100,000 deep', 400, 'too_deep', nested(100_000)),
    body('NUL', 400, 'invalid_character', message({ content: 'a\0b' })),
    body('a lone surrogate', 400, 'invalid_character', '{"content":"a\\ud800b"}'),
    body('invalid UTF-8', 400, 'invalid_encoding', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])),
    withType('an unknown charset', 'application/json; charset=klingon'),
    withType('plain text', 'text/plain'),
    withType('a form', 'application/x-www-form-urlencoded'),
    headers('an unknown content encoding', 415, 'unsupported_media_type', [['Content-Encoding', 'lzma']]),
    headers('corrupt gzip', 400, 'invalid_encoding', [['Content-Encoding', 'gzip']], 'this is not gzip'),
    headers(
      'a gzip bomb',
      413,
      'too_large',
      [['Content-Encoding', 'gzip']],
      gzipSync(Buffer.alloc(64 * MEGABYTE)),
    ),
    headers(
      'a brotli bomb',
      413,
      'too_large',
      [['Content-Encoding', 'br']],
      brotliCompressSync(Buffer.alloc(64 * MEGABYTE), FAST),
    ),
    body('17 MB', 413, 'too_large', message({ filler: 'x'.repeat(17 * MEGABYTE) })),
    body('3 MB', 413, 'too_large', message({ filler: 'x'.repeat(3 * MEGABYTE) }), '/api/v1/messages/user'),
    ...['', ' \n\t', '\u3000\u0085', 'x'.repeat(1_000_001)].map((content) =>
      body(`the content ${JSON.stringify(content.slice(0, 4))}`, 422, 'invalid_input', message({ content })),
    ),
    bad('a wait of 1e999', 422, 'invalid_input', read(`agent_instance_id=${INSTANCE}&wait=1e999`)),
    body(
      'a wait that overflows',
      422,
      'invalid_input',
      `{"agent_instance_id":"${INSTANCE}","wait":1e999}`,
      '/api/v1/messages/pending',
    ),
    headers('a key of 256 characters', 400, 'invalid_idempotency_key', [
      ['Idempotency-Key', 'k'.repeat(256)],
    ]),
    headers('an empty key', 400, 'invalid_idempotency_key', [['Idempotency-Key', '']]),
    headers('a foreign Origin', 403, 'forbidden_origin', [['Origin', 'https://evil.example']]),
    headers('a foreign Host', 403, 'forbidden_host', [['Host', 'evil.example']]),
    headers('headers over 16 KB', 431, 'headers_too_large', [['X-Filler', 'x'.repeat(17_000)]]),
    { ...bytes('headers that dribble in', 408, 'request_timeout', post), request: dribbling(post) },
    bad('a wrong method', 405, 'method_not_allowed', { method: 'DELETE' }),
    bad('an unknown path', 404, 'not_found', { target: '/api/v1/nope', body: message() }),
    headers('an unacceptable Accept', 406, 'not_acceptable', [['Accept', 'text/html']]),
    bytes('no HTTP at all', 400, 'malformed_request', 'hello\r\n\r\n', false),
  ];
}

/** A request whose body never becomes complete, so that the server has to give up by itself. */
const dribbling = (start: string): RawRequest =>
  rawRequest(null, { kind: 'dribble', bytes: Buffer.from(start, 'latin1') });
