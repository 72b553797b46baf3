/** Imports point inwards only: domain <- ports <- application <- adapters <- composition. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});

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
      'Use cases run in any host; valibot is their one library.',
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
    {
      name: 'nothing-needs-the-contracts',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/contracts/' },
      to: { path: '^src/contracts/' },
    },
    {
      name: 'adapters-do-not-import-composition',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: '^src/composition/' },
    },
    {
      name: 'adapters-do-not-import-each-other',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/([^/]+)/', pathNot: '^src/adapters/$1/' },
    },
    {
      name: 'container-stays-in-composition',
      comment: 'Whoever embeds the library is not forced to use a container.',
      severity: 'error',
      from: { pathNot: '^src/composition/' },
      to: { path: 'node_modules/(tsyringe|reflect-metadata)/' },
    },
    {
      name: 'src-does-not-import-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|web|demo)/' },
    },
    {
      name: 'the-page-is-a-client',
      comment: 'It reaches the server as every other program does; a view knows the store, never the server.',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: '^src/', pathNot: ['^src/adapters/client/', '^src/domain/question-text[.]ts$'] },
    },
    {
      name: 'the-page-imports-inwards',
      severity: 'error',
      from: { path: '^web/src/(model|server)/' },
      to: { path: '^web/src/(store|view)/' },
    },
    {
      name: 'stores-know-no-view',
      severity: 'error',
      from: { path: '^web/src/store/' },
      to: { path: '^web/src/view/' },
    },
    {
      name: 'views-know-stores',
      severity: 'error',
      from: { path: '^web/src/view/' },
      to: { path: '^web/src/server/' },
    },
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
