import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Measures what importing `agent-dashboard-server/client` adds to the start of a process, with compiled
 * JavaScript as in the package and nothing cached. Run it with `node bench/client-import.ts`.
 */
const RUNS = 15;
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const out = mkdtempSync(join(tmpdir(), 'client-import-'));
try {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const built = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', out], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (built.status !== 0) throw new Error('The sources do not compile.');
  const entry = join(out, 'adapters/client/client.js');
  const nothing = startUp('');
  const client = startUp(`await import(${JSON.stringify(entry)});`);
  const added = client - nothing;
  process.stdout.write(
    `an empty process ${nothing.toFixed(1)} ms, with the client ${client.toFixed(1)} ms: ` +
      `${added.toFixed(1)} ms more, a ratio of ${(client / nothing).toFixed(2)}\n`,
  );
} finally {
  rmSync(out, { recursive: true, force: true });
}

/** Returns the median time in milliseconds of a whole process that runs this code. */
function startUp(code: string): number {
  const times = Array.from({ length: RUNS }, () => {
    const since = performance.now();
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', code]);
    if (status !== 0) throw new Error(`exit code ${status}`);
    return performance.now() - since;
  });
  return times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)]!;
}
