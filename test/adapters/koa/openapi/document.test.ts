import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { describeApi } from '../../../../src/adapters/koa/openapi/document.ts';
import type { Operation, Paths } from '../../../../src/adapters/koa/openapi/operation.ts';
import { BASE_PATH } from '../../../../src/adapters/koa/rest/route.ts';
import { ROUTES } from '../../../../src/adapters/koa/rest/routes.ts';
import type { Dispatch } from '../../../../src/application/dispatch/dispatch.ts';
import { inMemory, TestServer } from '../test-server.ts';

const everything = {
  version: '1.2.3',
  hasSignIn: true,
  hasStreams: true,
  hasExport: true,
  hasAnswerLinks: true,
  hasSmsReplies: true,
  hasProviderSignIn: true,
  hookAgents: ['claude-code'],
  publishesPublicKeys: true,
  hasOAuth: true,
};
const api = describeApi(everything);
const operations = Object.values(api.paths).flatMap((methods) => Object.values(methods));
const at = (method: string, path: string, { paths } = api): Operation => paths[path]![method]!;

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(api)));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(validator.version).toBe('3.1');
    // Throws if a reference leads nowhere.
    validator.resolveRefs();
  });

  test('is public at /openapi.json, and describes the server that serves it', async () => {
    await using server = await TestServer.start({
      live: inMemory().live,
      publicUrl: 'https://agents.example',
    });
    const answer = await fetch(`${server.url}/openapi.json`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    const ofThis = {
      ...everything,
      hasSignIn: false,
      hasExport: false,
      hasAnswerLinks: false,
      hasSmsReplies: false,
      hasProviderSignIn: false,
      hookAgents: [],
      publishesPublicKeys: false,
      hasOAuth: false,
    };
    const expected = describeApi({ ...ofThis, publicUrl: 'https://agents.example' });
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(expected)));
    expect(expected.servers).toEqual([{ url: 'https://agents.example' }]);
  });

  test.each(ROUTES)('has $method $path', ({ method, path, useCase }) => {
    const template = BASE_PATH + path.replaceAll(/:(\w+)/g, '{$1}');
    const { summary, parameters = [], responses } = at(method.toLowerCase(), template);
    expect(summary).toBe(useCase.summary);
    const named = parameters.flatMap((one) => ('in' in one && one.in === 'path' ? [one.name] : []));
    expect(named).toEqual([...path.matchAll(/:(\w+)/g)].map(([, name]) => name));
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '401', '429', '500', '503']));
  });

  test('gives every operation a different id', () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  test('links lead to a parameter of another operation, from a field of the response', () => {
    const links = operations.flatMap(({ operationId, responses }) =>
      Object.values(responses).flatMap((response) =>
        'links' in response
          ? Object.values(response.links!).map((link) => ({ from: operationId, response, ...link }))
          : [],
      ),
    );
    expect(links.length).toBeGreaterThan(5);
    for (const { response, operationId, parameters } of links) {
      const target = operations.find((operation) => operation.operationId === operationId)!;
      const names = target.parameters!.map((parameter) => ('name' in parameter ? parameter.name : ''));
      const { properties } = response.content!['application/json']!.schema;
      for (const [name, expression] of Object.entries(parameters)) {
        expect(names).toContain(name);
        expect(Object.keys(properties!)).toContain(expression.replace('$response.body#/', ''));
      }
    }
  });

  test('leaves out what the server does not offer', () => {
    const paths: Paths = describeApi({
      version: '1.2.3',
      hasSignIn: false,
      hasStreams: false,
      hasExport: false,
      hasAnswerLinks: false,
      hasSmsReplies: false,
      hasProviderSignIn: false,
      hookAgents: [],
      publishesPublicKeys: false,
      hasOAuth: false,
      protectedResources: ['/mcp'],
    }).paths;
    const missing = Object.keys(api.paths).filter((path) => !(path in paths));
    expect(missing).toEqual([
      '/api/v1/events',
      '/api/v1/agent-instances/{agent_instance_id}/messages/stream',
      '/api/v1/export',
      '/api/v1/auth/session',
      '/api/v1/auth/options',
      '/api/v1/auth/provider',
      '/api/v1/auth/provider/answer',
      '/api/v1/answer-links/{token}',
      '/api/v1/twilio/messages',
      '/api/v1/access-requests/{id}',
      '/api/v1/device-codes/{code}',
      '/api/v1/hooks/{agent}',
      '/.well-known/oauth-protected-resource/api/v1',
      '/.well-known/jwks.json',
    ]);
  });

  test('lists the accepted scopes, any one of which is enough', () => {
    expect(at('get', '/api/v1/agent-instances/{agent_instance_id}').security).toEqual([
      { bearer: ['agent'] },
      { bearer: ['dashboard'] },
      { cookie: [] },
    ]);
    expect(at('post', '/api/v1/messages/agent').security).toEqual([{ bearer: ['agent'] }]);
    expect(at('get', '/health').security).toEqual([]);
  });

  test('describes the fields of a read as query parameters, and those of a write as body fields without the path parameters', () => {
    const read = at('get', '/api/v1/messages/pending');
    expect(read.requestBody).toBeUndefined();
    expect(read.parameters).toContainEqual({
      name: 'wait',
      in: 'query',
      required: false,
      allowEmptyValue: true,
      schema: expect.objectContaining({ type: 'number', maximum: 300 }),
    });
    const write = at('patch', '/api/v1/agent-instances/{agent_instance_id}');
    expect(write.requestBody).toMatchObject({ required: true });
    const { schema } = write.requestBody!.content['application/json']!;
    expect(Object.keys(schema.properties ?? {})).toEqual(['name']);
    expect(schema.required).toEqual(['name']);
  });

  test('uses the statuses that a route overrides', () => {
    const unknown = (method: string, path: string) =>
      Object.entries(at(method, path).responses).find(
        ([, response]) => '$ref' in response && response.$ref.includes('agent_instance_not_found'),
      )?.[0];
    expect(unknown('post', '/api/v1/messages/user')).toBe('400');
    expect(unknown('post', '/api/v1/agents/instances/{agent_instance_id}/heartbeat')).toBe('404');
  });
});

describe('fetchDescribed fails for a response that the OpenAPI document does not describe', () => {
  const answering = (output: object | Error) =>
    TestServer.start({
      dispatch: (async () => {
        if (output instanceof Error) throw output;
        return output;
      }) as unknown as Dispatch,
    });
  const person = {
    success: true,
    user_id: 'ann',
    email: null,
    display_name: null,
    message: null,
    scopes: [],
    expires_at: null,
    agent_instance_id: null,
  };

  test.each([
    ['a field too many', { ...person, more: 1 }],
    ['a field missing', { ...person, user_id: undefined }],
    ['a time of another form', { ...person, expires_at: '2030-01-01T00:00:00+00:00' }],
  ])('%s', async (_, output) => {
    await using server = await answering(output);
    await expect(server.call('GET', '/auth/verify')).rejects.toThrow('GET /api/v1/auth/verify: data');
  });

  test('a described response passes', async () => {
    await using server = await answering(person);
    expect((await server.call('GET', '/auth/verify')).status).toBe(200);
  });

  test('an error code that this route does not have', async () => {
    const { apiKeyNotFound } = await import('../../../../src/domain/errors.ts');
    await using server = await answering(apiKeyNotFound());
    await expect(server.call('GET', '/auth/verify')).rejects.toThrow('404 is not described');
  });
});
