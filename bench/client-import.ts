import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// `node bench/client-import.ts`: measures how much longer a process takes to start when it imports
// `@agent-dashboard/server/client`. It runs compiled JavaScript, as in the package, and caches nothing.

const RUN_COUNT = 15;
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const outDir = mkdtempSync(join(tmpdir(), 'client-import-'));
try {
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const compilation = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', outDir], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (compilation.status !== 0) throw new Error('The sources do not compile.');
  const clientFile = join(outDir, 'adapters/client/client.js');
  const emptyMs = medianRunMs('');
  const clientMs = medianRunMs(`await import(${JSON.stringify(clientFile)});`);
  const addedMs = clientMs - emptyMs;
  process.stdout.write(
    `an empty process takes ${emptyMs.toFixed(1)} ms, one with the client ${clientMs.toFixed(1)} ms: ` +
      `${addedMs.toFixed(1)} ms more, a ratio of ${(clientMs / emptyMs).toFixed(2)}\n`,
  );
} finally {
  rmSync(outDir, { recursive: true, force: true });
}

/** Returns how many milliseconds a process that runs this code takes from start to exit, as a median. */
function medianRunMs(code: string): number {
  const runTimesMs = Array.from({ length: RUN_COUNT }, () => {
    const startedAt = performance.now();
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', code]);
    if (status !== 0) throw new Error(`The process exited with ${status}`);
    return performance.now() - startedAt;
  });
  return runTimesMs.toSorted((a, b) => a - b)[Math.floor(RUN_COUNT / 2)]!;
}
