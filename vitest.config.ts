import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';

const PACKAGING = 'test/packaging/**/*.test.ts';

// The tests start about 300 processes. With this cache, Node compiles our code once for all of them.
process.env.NODE_COMPILE_CACHE ??= `${import.meta.dirname}/node_modules/.cache/node-compile-cache`;

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLine()],
    pool: 'forks',
    // Some tests wait for minutes while others compute: with four workers, two cores were 88 % busy.
    maxWorkers: 4,
    // The files of one worker share their modules. Most of them load the same ones, which takes seconds.
    isolate: false,
    // Node imports the TypeScript as it does in the product, without a transform by Vite.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // Only a test that hangs takes longer, also while other programs keep all cores busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'source',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', PACKAGING],
          globalSetup: [
            'test/support/postgres/postgres-server.ts',
            'test/support/servers/migrated-data-dir.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: [PACKAGING],
          globalSetup: ['test/packaging/install.ts'],
          // Slower than the other tests: the compiler reads the types of every installed library.
          testTimeout: 600_000,
        },
      },
    ],
  },
});
