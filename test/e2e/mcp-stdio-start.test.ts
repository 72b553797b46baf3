import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, type PeopleClient } from '../../src/adapters/client/client.ts';
import { INITIALIZE, toolCall } from '../adapters/mcp/raw-mcp.ts';
import { stablePort } from '../prove/support/stable-port.ts';
import { BIN } from '../support/servers/agent-dashboard.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { startStdio } from './stdio-clients.ts';
import { freshStore, type Store } from './stores.ts';

let store: Store;
let server: RunningServer;
let people: PeopleClient;
beforeAll(async () => {
  store = await freshStore('PGlite');
  server = await RunningServer.start({ ...store.env, MCP_SERVER_PORT: String(await stablePort()) });
  people = createClient({ baseUrl: server.url, token: server.dashboardToken }).people;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

const environment = () => ({ AGENT_DASHBOARD_URL: server.url, AGENT_DASHBOARD_API_KEY: server.agentToken });

/** Prints the modules that are loaded when something is first written to stdout. */
const LIST_MODULES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
  const { write } = process.stdout;
  process.stdout.write = (...args) => {
    process.stdout.write = write;
    process.stderr.write(JSON.stringify(loaded) + '\\n');
    return write.apply(process.stdout, args);
  };
`)}`;

test.each([[[]], [['--permission-tool', '--git-diff']]])(
  'initialize is answered before any library is loaded (%j)',
  async (options) => {
    const child = spawn(process.execPath, ['--import', LIST_MODULES, BIN, 'mcp', ...options], {
      env: { PATH: process.env.PATH, ...environment() },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.write(`${JSON.stringify(INITIALIZE)}\n`);
    for await (const line of createInterface({ input: child.stderr })) {
      if (!line.startsWith('[')) continue;
      const files = (JSON.parse(line) as string[]).filter((url) => !url.startsWith('node:'));
      expect(files.filter((url) => url.includes('/node_modules/'))).toEqual([]);
      // bin, node-version, first-answer, server-offer and package-info.
      expect(files.length).toBeLessThanOrEqual(5);
      break;
    }
    child.kill();
  },
);

test('a permission that is asked in the same breath as initialize is answered', async () => {
  const agent_instance_id = randomUUID();
  const args = [BIN, 'mcp', '--permission-tool', '--agent-instance-id', agent_instance_id];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...environment() },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const messages = [
    INITIALIZE,
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    toolCall('approve', { tool_name: 'Bash', input: { command: 'ls' } }, 1),
  ];
  child.stdin.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextMessage = async () => JSON.parse((await lines.next()).value ?? 'null');
  expect(await nextMessage()).toMatchObject({ id: 0, result: { protocolVersion: '2025-11-25' } });

  for (;;) {
    const [question] = await people.messages({ agent_instance_id }).catch(() => []);
    if (question !== undefined) {
      await people.write({ agent_instance_id, content: 'Yes', in_reply_to: question.id });
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { id, result } = await nextMessage();
  expect(id).toBe(1);
  expect(JSON.parse(result.content[0].text)).toEqual({ behavior: 'allow', updatedInput: { command: 'ls' } });
  child.stdin.end();
  // The answer to `initialize` was the only one: the library's own was dropped.
  expect((await lines.next()).done).toBe(true);
});

test('arguments as models fill them in are taken over stdio, too', async () => {
  await using client = await startStdio({ env: environment() });
  const blank = { agent_instance_id: '', question_id: null };
  const { structuredContent: step } = await client.call('log_step', { step_description: 'x', ...blank });
  expect(step).toMatchObject({ success: true });
  const { agent_instance_id } = step as { agent_instance_id: string };
  const asked = await client.call('ask_question', { question_text: 'Go?', wait_seconds: '0', ...blank });
  expect(asked.structuredContent).toMatchObject({ status: 'pending', agent_instance_id });
  const ended = await client.call('end_session', { agent_instance_id: ' ' });
  expect(ended.structuredContent).toMatchObject({ final_status: 'COMPLETED', agent_instance_id });
});

test.each([
  [['x'], { error: { code: -32602, message: expect.stringContaining('must be a JSON object') } }],
  ['x', { error: { code: -32602, message: expect.stringContaining('must be a JSON object') } }],
  [null, { result: { isError: true, content: [{ text: expect.stringContaining('is required') }] } }],
])('arguments that are %j get the answer that they get over HTTP', async (args, answer) => {
  const child = spawn(process.execPath, [BIN, 'mcp'], {
    env: { PATH: process.env.PATH, ...environment() },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.write(`${JSON.stringify(INITIALIZE)}\n${JSON.stringify(toolCall('log_step', args))}\n`);
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line);
    if (message.id !== 1) continue;
    expect(message).toMatchObject(answer);
    break;
  }
  child.kill();
});
