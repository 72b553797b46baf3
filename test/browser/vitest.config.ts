import { defineConfig } from 'vitest/config';
import { ClosingLine } from '../support/closing-line.ts';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['../support/postgres/postgres-server.ts', '../support/servers/migrated-data-dir.ts'],
    reporters: ['default', new ClosingLine()],
    // Only one browser runs at a time, because several browsers slow each other down.
    fileParallelism: false,
    // Only a test that hangs takes longer, also while other programs keep all cores busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // A lost race is printed at the end, but does not hide what all the other tests say.
    retry: 1,
  },
});
