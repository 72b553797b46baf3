import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshKeyPair, NOW, pairs, pemOf, signedToken } from '../adapters/jwt/signed-tokens.ts';
import { STREAMABLE } from '../adapters/mcp/clients.ts';
import { until } from '../adapters/mcp/mcp-server.ts';
import { run } from '../composition/command-line/command-run.ts';
import { AUDIENCE, TestIdentityProvider } from '../support/servers/identity-provider.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { AgentClient } from './agent-client.ts';
import { freshStore, type Store, type StoreKind } from './stores.ts';

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly revoked_at: string | null;
}

const printed = async (args: readonly string[], env: object): Promise<string> => {
  const { code, stdout, stderr } = await run(args, { LOG_LEVEL: 'warn', ...env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
};
const issue = (env: object, ...options: string[]) =>
  printed(['token', 'issue', '--user', 'me', ...options], env);
const keys = async (env: object) => JSON.parse(await printed(['token', 'list', '--json'], env)) as Listed[];
const statusOf = async (server: RunningServer, token: string, path = '/auth/verify') =>
  (await server.call('GET', path, { token })).status;

const SETUPS: [title: string, kind: StoreKind, processes: 1 | 2][] = [
  ['one process with its embedded database', 'PGlite', 1],
  ['two processes on one PostgreSQL', 'PostgreSQL', 2],
];

describe.each(SETUPS)('%s', (_title, kind, processes) => {
  let store: Store;
  let servers: RunningServer[];

  beforeAll(async () => {
    store = await freshStore(kind);
    servers = await Promise.all(Array.from({ length: processes }, () => RunningServer.start(store.env)));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    await store[Symbol.asyncDispose]();
  });

  test('a key is short, works at once over REST and MCP, and is refused everywhere within 5 s of its revocation', async () => {
    const token = await issue(store.env, '--name', 'laptop');
    expect(token.length).toBeLessThanOrEqual(200);
    for (const server of servers) {
      expect((await new AgentClient(server, randomUUID(), token).say('a step')).queued).toEqual([]);
      await using client = await STREAMABLE.connect(server.url, { token });
      const step = await client.call('log_step', { step_description: 'a step' });
      expect(step.structuredContent).toMatchObject({ success: true });
    }
    const { id } = (await keys(store.env)).find(({ name }) => name === 'laptop')!;
    await printed(['token', 'revoke', id], store.env);
    const good = new Set(servers);
    const look = setInterval(() => {
      for (const server of good) {
        void statusOf(server, token).then((status) => status === 401 && good.delete(server));
      }
    }, 100);
    await until(() => good.size === 0, 5_000).finally(() => clearInterval(look));
    for (const server of servers) {
      await expect(STREAMABLE.connect(server.url, { token })).rejects.toThrow();
    }
  });

  test('a key for one agent instance cannot see another', async () => {
    const [server] = servers;
    const mine = new AgentClient(server!, randomUUID());
    await mine.say('nobody else may read this');
    const instance = randomUUID();
    const token = await issue(store.env, '--instance', instance);
    const bound = new AgentClient(server!, instance, token);
    await bound.say('a step');
    const refused = [
      await bound.call('POST', '/messages/agent', {
        body: { agent_instance_id: mine.instance, content: 'x' },
      }),
      await bound.call('GET', `/messages/pending?agent_instance_id=${mine.instance}`),
      await bound.call('GET', `/agent-instances/${mine.instance}`),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
    const own = await bound.call('GET', `/agent-instances/${instance}`);
    expect(await own.json()).toMatchObject({ id: instance, chat_length: 1 });
  });
});

describe('the tokens that serve prints', () => {
  const tokensOf = ({ agentToken, dashboardToken }: RunningServer) => [agentToken, dashboardToken];

  test('are the same at every start, are replaced once revoked, and have two records', async () => {
    await using store = await freshStore('PGlite');
    const start = async () => {
      await using server = await RunningServer.start(store.env);
      const tokens = tokensOf(server);
      const works = [await statusOf(server, tokens[0]!), await statusOf(server, tokens[1]!, '/api-keys')];
      expect(works).toEqual([200, 200]);
      await server.kill9();
      return tokens;
    };
    const first = await start();
    expect(await start()).toEqual(first);
    const records = await keys(store.env);
    expect(records).toHaveLength(2);
    for (const { id } of records) await printed(['token', 'revoke', id], store.env);
    await using server = await RunningServer.start(store.env);
    const renewed = tokensOf(server);
    expect(renewed.filter((token) => first.includes(token))).toEqual([]);
    expect(await statusOf(server, first[0]!)).toBe(401);
    expect(await statusOf(server, renewed[0]!)).toBe(200);
    expect(await keys(store.env)).toHaveLength(4);
  });

  test('name the same keys at every start with ES256, whose signatures never repeat', async () => {
    await using store = await freshStore('PostgreSQL');
    const env = { ...store.env, JWT_PRIVATE_KEY: pemOf(pairs.ES256.privateKey) };
    await using first = await RunningServer.start(env);
    await using second = await RunningServer.start(env);
    const tokens = [...tokensOf(first), ...tokensOf(second)];
    expect(new Set(tokens).size).toBe(4);
    for (const token of tokens) expect(await statusOf(second, token)).toBe(200);
    expect(await keys(env)).toHaveLength(2);
  });
});

test('a short RSA token is accepted only with the flag, if issued here, and for agents', async () => {
  await using store = await freshStore('PostgreSQL');
  const pair = pairs['short RS256'];
  const strict = { ...store.env, JWT_PRIVATE_KEY: pemOf(pair.privateKey) };
  const env = { ...strict, ALLOW_SHORT_RSA_KEYS: 'true' };
  const token = await issue(env);
  await using server = await RunningServer.start(env);
  expect(server.process.stdout).toContain(
    'Dashboard token: none, because JWT_PRIVATE_KEY is a short RSA key',
  );
  expect(await statusOf(server, server.agentToken)).toBe(200);
  expect(await statusOf(server, token)).toBe(200);
  expect(await statusOf(server, token, '/api-keys')).toBe(403);
  for (const scope of ['agent', 'dashboard']) {
    expect(await statusOf(server, signedToken({ sub: 'me', iat: NOW - 1e8, scope }, {}, pair))).toBe(401);
  }
  expect(await run(['token', 'issue', '--user', 'me', '--scope', 'dashboard'], env)).toMatchObject({
    code: 1,
  });

  const refused = await run(['serve'], { ...strict, MCP_SERVER_PORT: '0' });
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('ALLOW_SHORT_RSA_KEYS=true');
  await using without = await RunningServer.start(store.env);
  expect(await statusOf(without, token)).toBe(401);
});

test('a token of the identity provider works for the dashboard and not for agents', async () => {
  await using store = await freshStore('PostgreSQL');
  await using provider = await TestIdentityProvider.start({ keys: [freshKeyPair('ES256')] });
  await using server = await RunningServer.start({
    ...store.env,
    JWKS_URL: provider.jwksUrl,
    JWT_ISSUER: provider.issuer,
    JWT_AUDIENCE: AUDIENCE,
  });
  const token = await provider.accessTokenOf('grace');
  const made = await server.call('POST', '/api-keys', { token, body: { name: 'laptop' } });
  expect(made.status).toBe(201);
  const listed = await server.call('GET', '/api-keys', { token });
  expect(await listed.json()).toMatchObject([{ name: 'laptop', scope: 'agent' }]);
  const agent = new AgentClient(
    server,
    randomUUID(),
    String(((await made.json()) as { token: string }).token),
  );
  await agent.say('a step of an agent of grace’s');
  expect((await server.call('POST', '/sessions/end', { token, body: {} })).status).toBe(403);
});
