/** Imports point inwards only: domain <- ports <- application <- adapters <- composition. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});

/** Matches paths of the first pattern that do not match the second. */
const except = (path, pathNot) => ({ path, pathNot });
const paths = (pattern) => (typeof pattern === 'string' ? { path: pattern } : pattern);

const never = (name, from, to, comment = '') => ({
  name,
  comment,
  severity: 'error',
  from: paths(from),
  to: paths(to),
});

/**
 * Lists the subfolders of a folder and what each may import from the others; `.` means the files directly in
 * the folder. All other imports are forbidden, so the table is the import graph in ARCHITECTURE.md.
 */
const rooms = (folder, table) =>
  Object.entries(table).map(([room, allowed]) =>
    never(
      `${folder}/${room}`,
      `^${folder}/${room}/`,
      except(
        `^${folder}/`,
        [room, ...allowed].map((one) => (one === '.' ? `^${folder}/[^/]+$` : `^${folder}/${one}/`)),
      ),
      `${room} may import: ${allowed.join(', ') || 'no other room'}.`,
    ),
  );

const ROOMS = [
  ...rooms('src/domain', { text: ['.'], user: ['.'], conversation: ['.', 'text'] }),
  ...rooms('src/ports', { signals: [], tokens: ['signals'], storage: ['signals', '.'] }),
  ...rooms('src/application', {
    waiting: [],
    wire: ['.'],
    dispatch: ['.', 'wire'],
    admin: ['.', 'wire', 'dispatch'],
    jobs: ['admin'],
    live: ['.', 'wire', 'waiting', 'dispatch'],
    'use-cases': ['.', 'wire', 'waiting', 'dispatch', 'admin'],
  }),
  ...rooms('src/application/live', { events: [], observers: ['events'] }),
  ...rooms('src/adapters/koa', {
    http: [],
    access: ['http'],
    rest: ['http', 'access'],
    openapi: ['http', 'access', 'rest'],
    server: ['http', 'access', 'rest', 'openapi'],
  }),
  ...rooms('src/adapters/mcp', {
    call: [],
    tools: ['call'],
    protocol: ['call', 'tools'],
    http: ['call', 'tools', 'protocol'],
    stdio: ['call', 'tools', 'protocol'],
  }),
  ...rooms('src/adapters/jwt', { keys: [], token: ['keys'], 'known-tokens': ['token'] }),
  ...rooms('src/adapters/mikro-orm', {
    schema: [],
    database: ['schema'],
    statements: ['schema', 'database'],
    'group-commit': ['database', 'statements'],
    repositories: ['schema', 'database', 'statements', 'group-commit'],
  }),
  ...rooms('src/adapters/client', { http: [], agent: ['http', '.'], people: ['http', '.'] }),
  ...rooms('src/composition', {
    config: ['.', 'data-dir'],
    'data-dir': ['.'],
    store: ['.', 'config', 'data-dir'],
    wiring: ['.', 'config', 'store'],
    operator: ['.', 'config', 'data-dir', 'store', 'wiring'],
    server: ['.', 'config', 'data-dir', 'store', 'wiring', 'operator'],
    terminal: ['.', 'config', 'operator'],
    'command-line': ['.', 'config', 'data-dir', 'store', 'wiring', 'operator', 'server', 'terminal'],
  }),
  ...rooms('web/src/store', { page: [], session: [], agents: ['page', 'session'] }),
  ...rooms('web/src/view', {
    common: [],
    page: ['common'],
    'sign-in': ['common'],
    keys: ['common', 'sign-in'],
    instance: ['common'],
    list: ['common', 'keys', 'sign-in'],
  }),
];

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('domain-imports-nothing', '^src/domain/', ['^src/domain/'], 'The rules are pure.'),
    only('ports-know-the-domain', '^src/ports/', ['^src/ports/', '^src/domain/'], 'Ports speak the domain.'),
    only(
      'application-knows-ports-and-domain',
      '^src/application/',
      [
        '^src/application/',
        '^src/ports/',
        '^src/domain/',
        'node_modules/valibot/',
        '^node:crypto$',
        '^crypto$',
      ],
      'Use cases run in any host. Their only library is valibot.',
    ),
    only(
      'contracts-know-ports-and-domain',
      '^src/contracts/',
      [
        '^src/contracts/',
        '^src/ports/',
        '^src/domain/',
        '^(node:)?assert/strict$',
        '^(node:)?crypto$',
        '^(node:)?util$',
      ],
      'A contract runs in any test runner, over any adapter.',
    ),
    never('nothing-needs-the-contracts', except('^src/', '^src/contracts/'), '^src/contracts/'),
    never('adapters-do-not-import-composition', '^src/adapters/', '^src/composition/'),
    never(
      'adapters-do-not-import-each-other',
      '^src/adapters/([^/]+)/',
      except('^src/adapters/([^/]+)/', '^src/adapters/$1/'),
    ),
    never(
      'container-stays-in-composition',
      except('', '^src/composition/'),
      'node_modules/(tsyringe|reflect-metadata)/',
      'An application that embeds the library need not use a container.',
    ),
    never('src-does-not-import-tests', '^src/', '^(test|bench|web|demo)/'),
    never(
      'the-page-is-a-client',
      '^web/src/',
      except('^src/', '^src/(adapters/client/|domain/text/question-text[.]ts$)'),
      'The page uses the same client library as other programs.',
    ),
    never('the-page-imports-inwards', '^web/src/(model|server)/', '^web/src/(store|view)/'),
    never('stores-know-no-view', '^web/src/store/', '^web/src/view/'),
    never(
      'views-know-stores',
      '^web/src/view/',
      '^web/src/server/',
      'A view knows the store, never the server.',
    ),
    ...ROOMS,
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
