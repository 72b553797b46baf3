/** Imports may only point in this direction: composition -> adapters -> application -> ports -> domain. */
const mayImportOnly = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});

/** Matches paths that match the first pattern and do not match the second. */
const except = (path, pathNot) => ({ path, pathNot });
const toPaths = (pattern) => (typeof pattern === 'string' ? { path: pattern } : pattern);

const mustNotImport = (name, from, to, comment = '') => ({
  name,
  comment,
  severity: 'error',
  from: toPaths(from),
  to: toPaths(to),
});

/**
 * Lists the subfolders of a folder and what each may import from the others; `.` means the files directly in
 * the folder. All other imports are forbidden, so the table is the import graph in ARCHITECTURE.md.
 */
const roomRules = (folder, table) =>
  Object.entries(table).map(([room, allowed]) =>
    mustNotImport(
      `${folder}/${room}`,
      `^${folder}/${room}/`,
      except(
        `^${folder}/`,
        [room, ...allowed].map((target) => (target === '.' ? `^${folder}/[^/]+$` : `^${folder}/${target}/`)),
      ),
      `${room} may import: ${allowed.join(', ') || 'no other room'}.`,
    ),
  );

const ROOM_RULES = [
  ...roomRules('src/domain', {
    text: ['.'],
    user: ['.'],
    question: ['.', 'text'],
    conversation: ['.', 'text', 'question'],
    notification: ['.', 'text', 'question', 'conversation'],
  }),
  ...roomRules('src/ports', { signals: [], tokens: ['signals'], storage: ['signals', '.'] }),
  ...roomRules('src/application', {
    waiting: ['.'],
    wire: ['.'],
    dispatch: ['.', 'wire'],
    fairness: ['.'],
    permission: [],
    admin: ['.', 'wire', 'dispatch'],
    jobs: ['admin', 'waiting'],
    live: ['.', 'wire', 'waiting', 'dispatch'],
    notifications: ['.', 'wire', 'jobs'],
    'use-cases': ['.', 'wire', 'waiting', 'dispatch', 'admin', 'notifications'],
  }),
  ...roomRules('src/application/live', { events: [], observers: ['events'] }),
  ...roomRules('src/adapters/koa', {
    http: [],
    body: ['http'],
    access: ['http'],
    rest: ['http', 'body', 'access'],
    openapi: ['http', 'access', 'rest'],
    server: ['http', 'body', 'access', 'rest', 'openapi'],
  }),
  ...roomRules('src/adapters/mcp', {
    call: [],
    tools: ['call'],
    tasks: ['call', 'tools'],
    apps: ['call', 'tools'],
    protocol: ['call', 'tools', 'tasks', 'apps'],
    http: ['call', 'tools', 'tasks', 'protocol'],
    stdio: ['call', 'tools', 'protocol'],
  }),
  ...roomRules('src/adapters/agent-config', { files: [], agents: ['files'] }),
  ...roomRules('src/adapters/hooks', {
    'claude-code': ['.'],
    codex: ['.'],
    'gemini-cli': ['.'],
    'copilot-cli': ['.'],
    opencode: ['.'],
  }),
  ...roomRules('src/adapters/jwt', { keys: [], token: ['keys'], 'known-tokens': ['token'] }),
  ...roomRules('src/adapters/mikro-orm', {
    schema: [],
    database: ['schema'],
    statements: ['schema', 'database'],
    'group-commit': ['database', 'statements'],
    repositories: ['schema', 'database', 'statements', 'group-commit'],
  }),
  ...roomRules('src/adapters/notify', {
    'guarded-http': [],
    texts: [],
    ntfy: ['guarded-http', 'texts'],
    webhook: ['guarded-http', 'texts'],
    email: ['texts'],
    chat: [],
    telegram: ['chat', 'texts'],
    slack: ['chat', 'texts'],
    sms: ['chat', 'texts'],
    'web-push': ['guarded-http', 'texts'],
  }),
  ...roomRules('src/adapters/client', { http: [], agent: ['http', '.'], people: ['http', '.'] }),
  ...roomRules('src/composition', {
    config: ['.', 'data-dir'],
    'data-dir': ['.'],
    store: ['.', 'config', 'data-dir'],
    wiring: ['.', 'config', 'store'],
    operator: ['.', 'config', 'data-dir', 'store', 'wiring'],
    server: ['.', 'config', 'data-dir', 'store', 'wiring', 'operator'],
    terminal: ['.', 'config', 'operator'],
    connection: ['.', 'config', 'operator', 'terminal'],
    'command-line': [
      '.',
      'config',
      'data-dir',
      'store',
      'wiring',
      'operator',
      'server',
      'terminal',
      'connection',
    ],
  }),
  ...roomRules('web/src/store', {
    page: [],
    session: ['page'],
    agents: ['page', 'session'],
    notifications: ['page', 'session'],
  }),
  ...roomRules('web/src/view', {
    common: [],
    page: ['common'],
    'sign-in': ['common'],
    keys: ['common', 'sign-in'],
    notifications: ['common', 'sign-in'],
    'answer-link': ['common'],
    connect: ['common'],
    instance: ['common'],
    list: ['common', 'keys', 'sign-in'],
  }),
];

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved-imports', severity: 'error', from: {}, to: { couldNotResolve: true } },
    mayImportOnly(
      'domain-imports-only-the-domain',
      '^src/domain/',
      ['^src/domain/'],
      'The domain contains only pure functions.',
    ),
    mayImportOnly(
      'ports-import-only-ports-and-domain',
      '^src/ports/',
      ['^src/ports/', '^src/domain/'],
      'Ports use the types of the domain.',
    ),
    mayImportOnly(
      'application-imports-only-ports-and-domain',
      '^src/application/',
      [
        '^src/application/',
        '^src/ports/',
        '^src/domain/',
        'node_modules/valibot/',
        '^node:crypto$',
        '^crypto$',
      ],
      'Use cases run in every application. Their only library is valibot.',
    ),
    mayImportOnly(
      'contracts-import-only-ports-and-domain',
      '^src/contracts/',
      [
        '^src/contracts/',
        '^src/ports/',
        '^src/domain/',
        '^(node:)?assert/strict$',
        '^(node:)?crypto$',
        '^(node:)?util$',
      ],
      'A contract runs in every test runner, and tests every adapter.',
    ),
    mustNotImport('nothing-imports-the-contracts', except('^src/', '^src/contracts/'), '^src/contracts/'),
    mustNotImport('adapters-do-not-import-composition', '^src/adapters/', '^src/composition/'),
    mustNotImport(
      'adapters-do-not-import-each-other',
      '^src/adapters/([^/]+)/',
      except('^src/adapters/([^/]+)/', '^src/adapters/$1/'),
    ),
    mustNotImport(
      'only-composition-imports-the-container',
      except('', '^src/composition/'),
      'node_modules/(tsyringe|reflect-metadata)/',
      'An application that embeds the library does not have to use a container.',
    ),
    mustNotImport('src-does-not-import-tests', '^src/', '^(test|bench|web|demo)/'),
    mustNotImport(
      'the-page-imports-only-the-client',
      '^web/src/',
      except(
        '^src/',
        '^src/(adapters/client/|adapters/notify/web-push/push-message|domain/(text|question)/)',
      ),
      'The page uses the same client library as other programs, and reads what web push sends to it.',
    ),
    mustNotImport(
      'model-and-server-do-not-import-store-or-view',
      '^web/src/(model|server)/',
      '^web/src/(store|view)/',
    ),
    mustNotImport('stores-do-not-import-views', '^web/src/store/', '^web/src/view/'),
    mustNotImport(
      'views-do-not-import-the-server',
      '^web/src/view/',
      '^web/src/server/',
      'A view reads the store and calls its actions.',
    ),
    ...ROOM_RULES,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
