import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RateLimitPerToken } from '../../../../src/adapters/koa/access/rate-limit.ts';
import { ERROR_META, type ToolResult } from '../../../../src/adapters/mcp/tools/tool-result.ts';
import { uuidV7 } from '../../../../src/adapters/runtime/system.ts';
import { storageUnavailable } from '../../../../src/ports/errors.ts';
import { fieldsOf } from '../../koa/test-server.ts';
import { CLIENTS, MODERN, STREAMABLE, type TestClient } from '../clients.ts';
import { McpServer } from '../mcp-server.ts';
import {
  INITIALIZE,
  messagesIn,
  openSession,
  post,
  type RawOptions,
  STATELESS_HEADERS,
  statelessCall,
  toolCall,
} from '../raw-mcp.ts';

let server: McpServer;
beforeAll(async () => {
  server = await McpServer.start();
});
afterAll(async () => {
  // After all this input the server still answers.
  await using client = await STREAMABLE.connect(server.url);
  expect(await client.call('log_step', { step_description: 'still there' })).toMatchObject({
    structuredContent: { success: true },
  });
  expect(server.log.at('error')).toEqual([]);
  await server[Symbol.asyncDispose]();
});

const problemIn = ({ isError, structuredContent, content, _meta }: ToolResult) => {
  expect(isError).toBe(true);
  expect(structuredContent).toBeUndefined();
  const problem = _meta?.[ERROR_META] as {
    code: string;
    message: string;
    errors?: { path: string; message: string }[];
  };
  // A client may check text that is JSON against the output schema, and show the model its own error.
  const { text } = content[0]!;
  expect(text).toBe(`${problem.code}: ${problem.message}`);
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
  return problem;
};

/** Returns the error of a response in the form of JSON-RPC. */
async function jsonRpcErrorIn(answer: Response): Promise<{ code: number; message: string; data?: object }> {
  expect(answer.headers.get('content-type')).toMatch(/^application\/json(?:;|$)/);
  const body = await fieldsOf<{ error: { code: number; message: string } }>(answer);
  const error = { code: expect.any(Number), message: expect.any(String) };
  expect(body).toEqual({ jsonrpc: '2.0', error: expect.objectContaining(error), id: null });
  return body.error;
}

const nested = (depth: number): object => (depth === 0 ? {} : { deeper: nested(depth - 1) });

describe.each(CLIENTS)('$kind', ({ connect }) => {
  let client: TestClient;
  beforeAll(async () => {
    client = await connect(server.url);
  });
  afterAll(() => client.close());

  test.each<[string, string, object, string, string | null]>([
    ['no step', 'log_step', {}, 'invalid_input', 'step_description'],
    ['a step of another type', 'log_step', { step_description: 7 }, 'invalid_input', 'step_description'],
    ['an empty step', 'log_step', { step_description: '' }, 'invalid_input', 'step_description'],
    ['white space', 'log_step', { step_description: ' \n\t' }, 'invalid_input', 'step_description'],
    [
      'a braced id',
      'log_step',
      { step_description: 'x', agent_instance_id: '{x}' },
      'invalid_id',
      'agent_instance_id',
    ],
    ['NUL', 'log_step', { step_description: 'a\0b' }, 'invalid_character', 'step_description'],
    ['too deep', 'log_step', { step_description: 'x', more: nested(65) }, 'too_deep', null],
    ['a hostile key', 'log_step', { step_description: 'x', constructor: 1 }, 'invalid_json', null],
    [
      'a hostile key inside',
      'log_step',
      { step_description: 'x', more: { prototype: 1 } },
      'invalid_json',
      null,
    ],
    ['neither text nor id', 'ask_question', {}, 'invalid_input', ''],
    ['both', 'ask_question', { question_text: 'x', question_id: uuidV7.next() }, 'invalid_input', ''],
    ['no UUID', 'ask_question', { question_id: 'x' }, 'invalid_id', 'question_id'],
    [
      'a long wait',
      'ask_question',
      { question_text: 'x', wait_seconds: 86_401 },
      'invalid_input',
      'wait_seconds',
    ],
    [
      'overflow',
      'ask_question',
      { question_text: 'x', wait_seconds: 1e308 },
      'invalid_input',
      'wait_seconds',
    ],
    ['no question', 'ask_question', { question_id: uuidV7.next() }, 'question_not_found', null],
    ['no id', 'end_session', {}, 'invalid_input', 'agent_instance_id'],
    ['no instance', 'end_session', { agent_instance_id: uuidV7.next() }, 'agent_instance_not_found', null],
  ])('%s: %s %j is refused as %s', async (_, tool, args, code, path) => {
    const problem = problemIn(await client.call(tool, args));
    expect(problem.code).toBe(code);
    if (path !== null) expect(problem.errors?.map((error) => error.path)).toEqual([path]);
    if (path) expect(problem.message).toContain(path);
    expect(problem.message).not.toContain('content');
  });

  test('a tool that does not exist is a protocol error', async () => {
    await expect(client.call('log_stepp', {})).rejects.toMatchObject({ code: -32602 });
  });

  test('a token without the scope gets the same error as over REST', async () => {
    await using person = await connect(server.url, { token: 'ann-dashboard' });
    const overRest = await server.server.call('POST', '/sessions/end', {
      body: {},
      headers: { authorization: 'Bearer ann-dashboard' },
    });
    const { code, detail } = await fieldsOf<{ code: string; detail: string }>(overRest);
    expect(code).toBe('insufficient_scope');
    expect(problemIn(await person.call('end_session', {}))).toEqual({ code, message: detail });
  });

  test('a client with an invalid token cannot connect', async () => {
    await expect(connect(server.url, { token: 'nobody' })).rejects.toThrow();
  });
});

describe('a request that fails before the protocol', () => {
  const call = toolCall('log_step', { step_description: 'x' });

  test.each<[string, unknown, RawOptions, number, string]>([
    ['with an invalid token', call, { token: 'nobody' }, 401, 'unauthenticated'],
    ['with an invalid token and a bad body', '{', { token: 'nobody' }, 401, 'unauthenticated'],
    ['truncated JSON', '{"jsonrpc"', {}, 400, 'invalid_json'],
    ['nothing', '', {}, 400, 'invalid_json'],
    ['null', 'null', {}, 400, 'invalid_json'],
    ['a scalar', '7', {}, 400, 'invalid_json'],
    ['text', call, { headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    [
      'another charset',
      call,
      { headers: { 'content-type': 'application/json; charset=latin1' } },
      415,
      'unsupported_media_type',
    ],
    ['corrupt gzip', call, { headers: { 'content-encoding': 'gzip' } }, 400, 'invalid_encoding'],
    ['too much', `"${'x'.repeat(16 * 1024 * 1024)}"`, {}, 413, 'too_large'],
    ['a foreign page', call, { headers: { origin: 'https://evil.example' } }, 403, 'forbidden_origin'],
  ])('%s gets the status of REST, as a JSON-RPC error', async (_, body, options, status, code) => {
    for (const path of ['/mcp', '/mcp/', '/messages', '/messages/']) {
      const answer = await post(server, body, options, path);
      expect(await jsonRpcErrorIn(answer)).toMatchObject({ data: { status, code } });
      expect(answer.status).toBe(status);
      if (status === 401) expect(answer.headers.get('www-authenticate')).toContain('resource_metadata="http');
    }
  });

  test('a gzipped body and a byte order mark are accepted', async () => {
    const answer = await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer ann',
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        accept: 'application/json, text/event-stream',
      },
      body: gzipSync(`\u{FEFF}${JSON.stringify(INITIALIZE)}`),
    });
    expect(answer.status).toBe(200);
  });

  test.each([
    ['/mcp', 'PUT', 'GET, POST, DELETE, OPTIONS'],
    ['/sse', 'POST', 'GET, OPTIONS'],
    ['/messages', 'GET', 'POST, OPTIONS'],
    ['/sse/', 'DELETE', 'GET, OPTIONS'],
    ['/messages/', 'PATCH', 'POST, OPTIONS'],
  ])('%s refuses %s', async (path, method, allowed) => {
    const answer = await fetch(server.url + path, { method, headers: { authorization: 'Bearer ann' } });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allowed]);
    expect(await jsonRpcErrorIn(answer)).toMatchObject({ data: { code: 'method_not_allowed' } });
  });

  test.each(['/mcp', '/mcp/', '/sse', '/sse/'])(
    'GET %s without a token is a JSON-RPC error',
    async (path) => {
      const answer = await fetch(server.url + path);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringMatching(/^Bearer/),
      ]);
      expect(await jsonRpcErrorIn(answer)).toMatchObject({ data: { code: 'unauthenticated' } });
    },
  );

  test('a client over the rate limit reads when to try again in the headers, and why in JSON-RPC', async () => {
    await using limited = await McpServer.start({ rateLimit: new RateLimitPerToken(1) });
    await (await post(limited, INITIALIZE)).text();
    const answer = await post(limited, INITIALIZE);
    expect([answer.status, Number(answer.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
    expect(await jsonRpcErrorIn(answer)).toMatchObject({ data: { code: 'rate_limited' } });
  });

  test('a failure of the server is a JSON-RPC error that names only the request', async () => {
    const tokens = { verify: () => Promise.reject(new Error('secret')) };
    await using broken = await McpServer.start({ tokens });
    const answer = await post(broken, INITIALIZE, { headers: { 'x-request-id': 'r-1' } });
    expect(answer.status).toBe(500);
    const error = await jsonRpcErrorIn(answer);
    expect(error).toMatchObject({ code: -32603, data: { code: 'internal', request_id: 'r-1' } });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  test('a database that is away is a JSON-RPC error with Retry-After', async () => {
    const tokens = { verify: () => Promise.reject(storageUnavailable(new Error('away'))) };
    await using away = await McpServer.start({ tokens });
    const answer = await post(away, INITIALIZE);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await jsonRpcErrorIn(answer)).toMatchObject({ data: { code: 'storage_unavailable' } });
  });

  test('a message that is not JSON-RPC is a JSON-RPC error on HTTP+SSE too', async () => {
    const stream = await fetch(`${server.url}/sse/`, { headers: { authorization: 'Bearer ann' } });
    const { value } = await stream.body!.getReader().read();
    const [, path = ''] = /data: (\S+)/.exec(new TextDecoder().decode(value)) ?? [];
    expect(path).toMatch(/^\/messages\?sessionId=/);
    for (const body of [{ hello: 'world' }, [call]]) {
      const answer = await post(server, body, {}, path.replace('?', '/?'));
      expect(answer.status).toBe(400);
      expect(await jsonRpcErrorIn(answer)).toMatchObject({ code: -32600 });
    }
    await stream.body?.cancel().catch(() => undefined);
  });
});

describe.each(['2026-07-28', '2027-01-01'])('revision %s', (revision) => {
  test.each([
    ['GET', {}],
    ['GET', { 'mcp-session-id': 'x' }],
    ['GET', { 'last-event-id': '1', 'mcp-session-id': 'x' }],
    ['DELETE', { 'mcp-session-id': 'x' }],
  ])('has no %s with %j', async (method, more) => {
    const headers = { authorization: 'Bearer ann', accept: 'text/event-stream', ...more };
    const answer = await fetch(`${server.url}/mcp`, {
      method,
      headers: { ...headers, 'mcp-protocol-version': revision },
    });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await answer.json()).toMatchObject({ error: { code: -32000 }, id: null });
  });
});

describe('the protocol refuses', () => {
  test.each<[string, unknown, object, number, number]>([
    [
      'an unknown protocol version',
      statelessCall('log_step', {}, '2030-01-01'),
      { ...STATELESS_HEADERS, 'mcp-protocol-version': '2030-01-01', 'mcp-name': 'log_step' },
      400,
      -32022,
    ],
    [
      'a header that names another tool than the body',
      statelessCall('log_step', {}),
      { ...STATELESS_HEADERS, 'mcp-name': 'end_session' },
      400,
      -32020,
    ],
    [
      'a header that names another method than the body',
      statelessCall('log_step', {}),
      { ...STATELESS_HEADERS, 'mcp-method': 'tools/list', 'mcp-name': 'log_step' },
      400,
      -32020,
    ],
    [
      'an unknown method',
      { ...statelessCall('log_step', {}), method: 'tools/frob' },
      { ...STATELESS_HEADERS, 'mcp-method': 'tools/frob' },
      404,
      -32601,
    ],
    ['an Accept without streams', INITIALIZE, { accept: 'text/html' }, 406, -32000],
    ['a body that is not JSON-RPC', { hello: 'world' }, {}, 400, -32600],
  ])('%s', async (_, body, headers, status, code) => {
    const answer = await post(server, body, { headers: headers as Record<string, string> });
    expect([answer.status, await answer.json()]).toMatchObject([status, { error: { code } }]);
  });

  test.each([
    [[], 'a list'],
    [[{ step_description: 'x' }], 'a list'],
    ['x', 'a text'],
    ['{"step_description":"x"}', 'a text'],
    [7, 'a number'],
    [false, 'a boolean'],
  ])('arguments that are %j, in words of its own', async (args, type) => {
    const error = {
      code: -32602,
      message: expect.stringMatching(
        new RegExp(`log_step must be a JSON object.*step_description.* ${type}$`),
      ),
    };
    const sessionId = await openSession(server);
    const [legacy] = await messagesIn(await post(server, toolCall('log_step', args), { sessionId }));
    expect(legacy?.error).toEqual(error);
    const headers = { ...STATELESS_HEADERS, 'mcp-name': 'log_step' };
    const [modern] = await messagesIn(await post(server, statelessCall('log_step', args), { headers }));
    expect(modern?.error).toEqual(error);
  });

  test.each([
    ['tools/call', { name: 7, arguments: {} }, 'Unknown tool: 7'],
    ['tools/call', { arguments: {} }, 'Unknown tool: '],
    ['prompts/get', { name: 'work-with-the-dashboard', arguments: 'x' }, 'must be a JSON object'],
    ['prompts/get', { name: 'work-with-the-dashboard', arguments: { task: 7 } }, 'task must be a text'],
    ['resources/read', { uri: 7 }, 'Resource not found'],
    ['resources/read', null, 'Resource not found'],
    ['tools/call', null, 'Unknown tool: '],
  ])('%s with %j, in words of its own', async (method, params, text) => {
    const sessionId = await openSession(server);
    const [answer] = await messagesIn(await post(server, { ...INITIALIZE, method, params }, { sessionId }));
    const { code, message } = answer!.error as { code: number; message: string };
    expect(message).toContain(text);
    expect(message).not.toContain('"path"');
    expect(code).toBeGreaterThan(-32603);
  });

  test.each([
    [undefined, 'params: '],
    [{ ...INITIALIZE.params, clientInfo: undefined }, 'params.clientInfo: '],
    [{ ...INITIALIZE.params, clientInfo: { name: 'raw' } }, 'params.clientInfo.version: '],
  ])('initialize with %j, and names what is wrong in it', async (params, field) => {
    const answer = await post(server, { ...INITIALIZE, params });
    expect(answer.status).toBe(400);
    expect(await jsonRpcErrorIn(answer)).toMatchObject({
      code: -32602,
      message: expect.stringContaining(`initialize: ${field}`),
    });
  });

  test('the key __proto__ in the arguments', async () => {
    const body = JSON.stringify(toolCall('log_step', { step_description: 'x', here: 1 })).replace(
      'here',
      '__proto__',
    );
    const sessionId = await openSession(server);
    const [answer] = await messagesIn(await post(server, body, { sessionId }));
    expect(problemIn(answer?.result as ToolResult).code).toBe('invalid_json');
  });
});

test('internal errors and storage failures are logged under the id of the HTTP request', async () => {
  const failure: { error: Error } = { error: new Error('secret of the database') };
  await using broken = await McpServer.start({
    wrap: (repository) => ({
      ...repository,
      update: () => Promise.reject(failure.error),
      instanceOfMessage: () => Promise.reject(failure.error),
      deleteIdempotencyRecords: () => Promise.resolve(0),
      ping: () => Promise.resolve(),
    }),
  });
  const sessionId = await openSession(broken);
  const body = toolCall('log_step', { step_description: 'x' });
  const faulty = await post(broken, body, { sessionId, headers: { 'x-request-id': 'first' } });
  const [answer] = await messagesIn(faulty);
  expect(problemIn(answer?.result as ToolResult)).toMatchObject({ code: 'internal', request_id: 'first' });
  expect(broken.log.at('error')).toMatchObject([{ fields: { request_id: 'first', tool: 'log_step' } }]);

  failure.error = storageUnavailable(new Error('connect ECONNREFUSED'));
  const away = await post(broken, body, { sessionId, headers: { 'x-request-id': 'second' } });
  const [refusal] = await messagesIn(away);
  expect(problemIn(refusal?.result as ToolResult)).toMatchObject({ code: 'storage_unavailable' });
  expect(broken.log.at('warn')).toMatchObject([
    { message: 'dependency unavailable', fields: { request_id: 'second', code: 'storage_unavailable' } },
  ]);
});

test.each([STREAMABLE, MODERN])(
  '$kind: an internal error shows the client only an id; the log has its cause',
  async ({ connect }) => {
    await using broken = await McpServer.start({
      wrap: (repository) => ({
        ...repository,
        update: () => Promise.reject(new Error('secret of the database')),
        instanceOfMessage: () => Promise.reject(new Error('secret of the database')),
        deleteIdempotencyRecords: () => Promise.resolve(0),
        ping: () => Promise.resolve(),
      }),
    });
    await using client = await connect(broken.url);
    const result = await client.call('log_step', { step_description: 'x' });
    expect(JSON.stringify(result)).not.toContain('secret');
    const problem = problemIn(result) as { code: string; message: string; request_id?: string };
    expect(problem.code).toBe('internal');
    expect(problem.message).toContain(problem.request_id);
    expect(broken.log.at('error')).toMatchObject([
      { fields: { request_id: problem.request_id, err: { message: 'secret of the database' } } },
    ]);
  },
);
