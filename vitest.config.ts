import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';

// The tests start about 300 processes. With this cache, Node compiles our code once for all of them.
process.env.NODE_COMPILE_CACHE ??= `${import.meta.dirname}/node_modules/.cache/node-compile-cache`;

const DEPLOY = 'test/deploy/**/*.test.ts';
const PACKAGE = 'test/packaging/**/*.test.ts';
/** Tests that start many processes. A worker that has opened embedded databases takes 30 ms for each. */
const PROCESSES = [
  'test/{clients,composition,demo,documents,e2e,prove}/**/*.test.ts',
  'test/adapters/{client/network,git/*,mcp/stdio/*}.test.ts',
  'test/web/diff/real-git.test.ts',
];

/** Vitest runs the projects in the order of their names; the tests in DEPLOY wait for a minute. */
const project = (
  name: string,
  include: string[],
  rest: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration => ({
  test: {
    name,
    include,
    pool: 'forks',
    // The files of one worker share their modules. Most of them load the same ones, which takes seconds.
    isolate: false,
    // Node imports the TypeScript as it does in the product, without a transform by Vite.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // Only a test that hangs takes longer, also while other programs keep all cores busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // A lost race is printed at the end, but does not hide what all the other tests say.
    retry: 1,
    ...rest,
  },
});

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLine()],
    // Some tests wait for minutes while others compute: with four workers, two cores were 88 % busy.
    maxWorkers: 4,
    globalSetup: ['test/support/postgres/postgres-server.ts', 'test/support/servers/migrated-data-dir.ts'],
    projects: [
      project('deploy', [DEPLOY]),
      // The compiler reads the types of every installed library.
      project('package', [PACKAGE], { globalSetup: ['test/packaging/install.ts'], testTimeout: 600_000 }),
      project('process', PROCESSES),
      project('source', ['test/**/*.test.ts'], {
        exclude: ['test/browser/**', DEPLOY, PACKAGE, ...PROCESSES],
      }),
    ],
  },
});
