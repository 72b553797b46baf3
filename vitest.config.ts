import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';

const PACKAGING = 'test/packaging/**/*.test.ts';

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLine()],
    pool: 'forks',
    maxWorkers: 2,
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
          globalSetup: ['test/support/postgres/postgres-server.ts'],
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
