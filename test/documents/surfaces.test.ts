import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inMemoryStore } from '../../src/adapters/in-memory/store.ts';
import { EXPORT_PATH } from '../../src/adapters/koa/rest/export-route.ts';
import { BASE_PATH } from '../../src/adapters/koa/rest/route.ts';
import { ROUTES } from '../../src/adapters/koa/rest/routes.ts';
import { STREAM_ROUTES } from '../../src/adapters/koa/rest/stream-routes.ts';
import { TOOLS } from '../../src/adapters/mcp/tools/tools.ts';
import { aesSecretBox, newSecretKey } from '../../src/adapters/runtime/aes-secret-box.ts';
import { InProcessSignals } from '../../src/adapters/signals/in-process-signals.ts';
import { JobRunner } from '../../src/application/jobs/job-runner.ts';
import { Channels } from '../../src/application/notifications/channels.ts';
import * as useCases from '../../src/application/use-cases/index.ts';
import { createDashboard } from '../../src/dashboard.ts';
import { LogBook, TestServer } from '../adapters/koa/test-server.ts';
import { run } from '../composition/command-line/command-run.ts';
import { FakeNotifier } from '../support/notify/fake-notifier.ts';
import { RecordingObserver } from '../support/recording/recording-observer.ts';
import { requestsIn } from './page-requests.ts';
import { ROOT } from './shell-blocks.ts';
import { listedOn, SURFACE_ROWS } from './surface-table.ts';

const EXPORT = 'export_user_data';

/** Every path of the REST API, and the row that it belongs to. */
const PATHS = [
  ...ROUTES.map(({ method, path, useCase }) => ({ method, path, row: useCase.name })),
  ...STREAM_ROUTES.map(({ path, operationId }) => ({ method: 'GET', path, row: operationId })),
  { method: 'GET', path: EXPORT_PATH, row: EXPORT },
];

/**
 * Returns the row of a request, or the request itself if it has no row. In the request, `:` or `:name`
 * stands for each path parameter.
 */
function rowOf(method: string, path: string): string {
  const anonymous = (text: string) => text.replaceAll(/:\w*/g, ':');
  const found = PATHS.find((each) => each.method === method && anonymous(each.path) === anonymous(path));
  return found?.row ?? `${method} ${path}`;
}

const filesBelow = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(ROOT, folder, name));

const sorted = (names: readonly string[]) => [...new Set(names)].sort();

test('the table of surfaces has one row for each use case, each stream and the export', () => {
  const names = [
    ...Object.values(useCases).map(({ name }) => name),
    ...STREAM_ROUTES.map(({ operationId }) => operationId),
    EXPORT,
  ];
  expect(SURFACE_ROWS.map(({ name }) => name).sort()).toEqual(names.sort());
});

test.each(SURFACE_ROWS)('$name: each cell is yes or —, and a missing surface has a reason', (row) => {
  expect(Object.keys(row.cells)).toEqual(['REST', 'MCP', 'Hooks', 'Command line', 'Page']);
  for (const cell of Object.values(row.cells)) expect(['yes', '—']).toContain(cell);
  const { Hooks: _, ...others } = row.cells;
  if (Object.values(others).includes('—')) expect(row.reason).toMatch(/^[A-Z].+\.$/);
});

test('REST has what its route tables have', () => {
  expect(sorted(listedOn('REST'))).toEqual(sorted(PATHS.map(({ row }) => row)));
});

test('MCP has the use cases of its tools, of its tasks and of its resources', () => {
  const tools = TOOLS.map(({ useCase }) => useCase.name);
  expect(sorted(listedOn('MCP'))).toEqual(sorted([...tools, ...useCasesImportedBelow('src/adapters/mcp')]));
});

/** Returns the names of the use cases that the source files of a folder import. */
function useCasesImportedBelow(folder: string): string[] {
  const imports = /^import \{([^}]*)\} from '[./]*\/application\/use-cases\/index\.ts';$/gm;
  const imported = filesBelow(folder)
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(imports)])
    .flatMap(([, list]) => list!.split(',').map((name) => name.trim()));
  return Object.entries(useCases)
    .filter(([exportedName]) => imported.includes(exportedName))
    .map(([, { name }]) => name);
}

test('hooks have the use cases that their events run', () => {
  expect(sorted(listedOn('Hooks'))).toEqual(sorted(useCasesImportedBelow('src/adapters/hooks')));
});

test('the page has what its source requests, apart from signing in and answer links', async () => {
  const requests = (await Promise.all(filesBelow('web/src').map(requestsIn))).flat();
  const isSignIn = ({ path }: { path: string }) =>
    ['/auth/session', '/auth/options'].includes(path) || path.startsWith('/answer-links/');
  expect(requests.some(isSignIn)).toBe(true);
  const rows = requests
    .filter((request) => !isSignIn(request))
    .map(({ method, path }) => rowOf(method, path));
  expect(sorted(listedOn('Page'))).toEqual(sorted(rows));
});

describe('the command line', () => {
  /** Commands that send REST requests. */
  const REST_COMMANDS = [
    ...['watch', 'reply', 'stop'],
    ...['notify list', 'notify add', 'notify test', 'notify remove'],
  ];

  /** Commands that work on the store, whether the server runs or not, and the row of each. */
  const STORE_COMMANDS = {
    'token issue': 'create_api_key',
    'token list': 'list_api_keys',
    'token revoke': 'revoke_api_key',
    'user delete': 'delete_account',
    'user export': EXPORT,
  };

  /** Commands about the agents of this machine. The first two make and revoke keys on the store. */
  const CONNECTION_COMMANDS = {
    connect: 'create_api_key',
    disconnect: 'revoke_api_key',
    status: 'verify_token',
  };

  /** Commands without a row: they set up the server, run it, sign in to it, serve MCP or pass on hooks. */
  const OTHER_COMMANDS = ['serve', 'link', 'migrate', 'keys generate', 'token import', 'mcp', 'hook'];

  test('has what its commands request from the server or do on the store', async () => {
    const requested = await rowsRequestedByCommands();
    expect(sorted(listedOn('Command line'))).toEqual(
      sorted([...requested, ...Object.values(STORE_COMMANDS), CONNECTION_COMMANDS.status]),
    );
  });

  test('has no command that this test does not know', async () => {
    const withRows = [...REST_COMMANDS, ...Object.keys({ ...STORE_COMMANDS, ...CONNECTION_COMMANDS })];
    const known = [...withRows, ...OTHER_COMMANDS];
    expect((await listCommands()).sort()).toEqual(known.sort());
  });
});

/** Runs the commands that send REST requests, and returns the rows of these requests. */
async function rowsRequestedByCommands(): Promise<readonly string[]> {
  const observer = new RecordingObserver();
  const phone = new FakeNotifier();
  const { dispatch, live, deliveries, answerLinks } = createDashboard({
    store: inMemoryStore(new InProcessSignals()),
    notifications: {
      channels: new Channels(aesSecretBox(newSecretKey()), [phone]),
      pageUrl: () => 'http://localhost',
    },
  });
  using _jobs = await JobRunner.start([deliveries!], new LogBook());
  await using server = await TestServer.start({ dispatch, live, observer });
  const agent_instance_id = crypto.randomUUID();
  const body = { agent_instance_id, agent_type: 'test', content: 'Which?', requires_user_input: true };
  await server.call('POST', '/messages/agent', { body });
  observer.requests.length = 0;

  const settings = ['--base-url', server.url, '--api-key', 'ann-dashboard'];
  const shortId = agent_instance_id.slice(0, 8);
  const commands = [
    ['reply', shortId, 'this'],
    // The question has its answer, so this is a message.
    ['reply', shortId, 'and that'],
    ['stop', shortId],
    ['stop', '--all'],
    ['notify', 'add', 'fake', 'address=here'],
    ['notify', 'list'],
    ['notify', 'test'],
    ['notify', 'remove', 'Fake'],
  ];
  // The person taps the button of the test.
  phone.afterDelivery = async ({ question }) => {
    await answerLinks!.answer(question!.options[0]!.token, null);
  };
  for (const command of commands) {
    expect(await run([...command, ...settings])).toMatchObject({ code: 0 });
  }
  for (const options of [[], ['--instance', agent_instance_id]]) {
    const watching = run(['watch', ...options, ...settings]);
    await expect.poll(() => live.openStreamCount).toBe(1);
    // The command ends when its output is closed, as in `watch | head`.
    process.stdout.emit('error', new Error('closed'));
    expect(await watching).toMatchObject({ code: 0 });
    await expect.poll(() => live.openStreamCount).toBe(0);
  }
  return observer.requests.map(({ method, route }) => rowOf(method, route!.slice(BASE_PATH.length)));
}

/** Returns every command that does something, as `--help` lists them. */
async function listCommands(parents: readonly string[] = []): Promise<string[]> {
  const { stdout } = await run([...parents, '--help']);
  const list = stdout.split('Commands:\n')[1];
  if (list === undefined) return [parents.join(' ')];
  const names = Array.from(list.matchAll(/^ {2}(\w+)/gm), ([, name]) => name!);
  const found: string[] = [];
  // The commands run one after another, because each run records everything that this process prints.
  for (const name of names.filter((each) => each !== 'help')) {
    found.push(...(await listCommands([...parents, name])));
  }
  return found;
}
