/** Lines that create a dashboard in memory. */
const DASHBOARD = `
  const { createDashboard, userId, useCases, systemClock, unauthenticated } = await load('');
  const { inMemoryStore } = await load('/in-memory');
  const { InProcessSignals } = await load('/signals');
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const dashboard = createDashboard({ store: inMemoryStore(new InProcessSignals()), logger });
  const caller = { userId: userId('me'), scopes: ['agent'] };`;

/** Lines that serve `listener` at `url`. */
const SERVER = `
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = 'http://127.0.0.1:' + server.address().port;`;

const POST_STEP = `${DASHBOARD}
  const input = { agent_instance_id: crypto.randomUUID(), agent_type: 'script', content: 'Hello' };
  const answer = await dashboard.dispatch(useCases.sendAgentMessage, { caller, input });
  assert.equal(answer.success, true);`;

/**
 * For each entry, the lines of an ES module that use it. They throw if the entry does not work. They use
 * `load`, which imports an entry, and `assert`, `once` and `createServer` of Node.
 */
export const CALLS: { readonly [entry: string]: string } = {
  '': POST_STEP,
  '/in-memory': POST_STEP,
  '/signals': POST_STEP,
  '/client': `
    const { createClient } = await load('/client');
    const client = createClient({ baseUrl: 'http://127.0.0.1:8080', token: 'a.b.c' });
    assert.equal(typeof client.session({ agent_type: 'script' }).ask, 'function');`,
  '/local-context': `
    const { localContext } = await load('/local-context');
    assert.equal(typeof (await localContext()()).folder, 'string');`,
  '/contracts': `
    const { signalsContract } = await load('/contracts');
    const rules = [];
    const runner = { describe: (_, define) => define(), test: (name) => rules.push(name) };
    signalsContract(runner, async () => { throw new Error('no test runs'); });
    assert.ok(rules.length > 3);`,
  '/problem': `
    const { problemOf } = await load('/problem');
    const { unauthenticated } = await load('');
    assert.equal(problemOf(unauthenticated('No token'), 'request-1').status, 401);`,
  '/jwt': `
    const { generateKeyPair, readPrivateKey, JwtIssuer, JwtVerifier } = await load('/jwt');
    const { systemClock, userId } = await load('');
    const key = readPrivateKey((await generateKeyPair('ed25519')).privateKey, 'a test');
    const grant = { id: 'aaaaaaaaaaaaaaaa', userId: userId('me'), scope: 'agent', agentInstanceId: null };
    const token = await new JwtIssuer({ key }).issue({ ...grant, createdAt: new Date(), expiresAt: null });
    const verifier = new JwtVerifier({ keys: [key], store: null, clock: systemClock });
    assert.equal((await verifier.verify(token)).userId, 'me');`,
  '/koa': `${DASHBOARD}
    const { nodeListener, restApi } = await load('/koa');
    const tokens = { verify: async () => { throw unauthenticated('No such token'); } };
    const listener = nodeListener(restApi({ ...dashboard, tokens, logger }));
    ${SERVER}
    const answer = await fetch(url + '/api/v1/agent-instances', { headers: { authorization: 'Bearer a.b.c' } });
    assert.equal((await answer.json()).code, 'unauthenticated');`,
  '/mcp': `${DASHBOARD}
    const { createMcpEndpoint } = await load('/mcp');
    const mcp = createMcpEndpoint({ ...dashboard, logger, name: 'host', version: '1.0.0' });
    const clientInfo = { name: 'test', version: '1.0.0' };
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
    const body = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
    const listener = (req, res) => mcp.streamable(req, res, { caller, body });
    ${SERVER}
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.match(await answer.text(), /"serverInfo":.*"host"/);`,
  '/mikro-orm': `
    const { postgresStore } = await load('/mikro-orm');
    const { InProcessSignals } = await load('/signals');
    const statements = [];
    const ping = async () => statements.push('ping');
    const database = { lanes: 1, ping, inBackground: () => database };
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    await postgresStore({ database, signals: new InProcessSignals(), logger }).repository.ping();
    assert.deepEqual(statements, ['ping']);`,
  '/mikro-orm/pglite': `
    const { openPglite } = await load('/mikro-orm/pglite');
    const database = await openPglite('memory://');
    assert.ok((await database.migrate()).length > 0);
    await database.close();`,
  '/mikro-orm/postgres': `
    const { openPostgres } = await load('/mikro-orm/postgres');
    const database = await openPostgres('postgresql://nobody:nothing@127.0.0.1:1/none');
    await assert.rejects(database.query([], 'select 1', []), { code: 'storage_unavailable' });
    await database.close();`,
  '/signals/postgres': `
    const { PostgresSignals } = await load('/signals/postgres');
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const connection = { connectionString: 'postgresql://nobody:nothing@127.0.0.1:1/none' };
    const signals = new PostgresSignals({ connection, logger });
    const changed = [{ userId: 'a', agentInstanceId: 'b', version: 1 }];
    assert.deepEqual(signals.databaseNotification.encodeSignals(changed), ['[["a","b",1]]']);`,
};
