/** Imports point inwards only: domain <- ports <- application <- adapters <- composition. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});

/** A pattern that leaves out what another one matches. */
const except = (path, pathNot) => ({ path, pathNot });
const paths = (pattern) => (typeof pattern === 'string' ? { path: pattern } : pattern);

const never = (name, from, to, comment = '') => ({
  name,
  comment,
  severity: 'error',
  from: paths(from),
  to: paths(to),
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
      'Whoever embeds the library is not forced to use a container.',
    ),
    never('src-does-not-import-tests', '^src/', '^(test|bench|web|demo)/'),
    never(
      'the-page-is-a-client',
      '^web/src/',
      except('^src/', '^src/(adapters/client/|domain/question-text[.]ts$)'),
      'It reaches the server as every other program does.',
    ),
    never('the-page-imports-inwards', '^web/src/(model|server)/', '^web/src/(store|view)/'),
    never('stores-know-no-view', '^web/src/store/', '^web/src/view/'),
    never(
      'views-know-stores',
      '^web/src/view/',
      '^web/src/server/',
      'A view knows the store, never the server.',
    ),
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
