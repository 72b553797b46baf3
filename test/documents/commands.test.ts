import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { stablePort } from '../prove/support/stable-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ROOT, type ShellBlock, shellBlocks } from './shell-blocks.ts';

/** In the order in which a reader meets them; what one leaves behind, the next one finds. */
const DOCUMENTS = ['README.md', 'DEPLOYMENT.md'];

/** Two minutes on a busy machine, most of it Node's starts and one build. */
const PATIENCE_MS = 220_000;

/** Done already, for the copy shares the packages of this tree; every CI run does the first of them. */
const DONE = /npm (?:ci|prune)\b[^&\n]*/g;

/** What a reader puts in their own words, and what to put there. */
const A_KEY = `"$(npm run --silent agent-dashboard -- token list --json | node -p 'JSON.parse(fs.readFileSync(0))[0].id')"`;

/** The files of a clone, without what Git does not know. */
async function copyOfTree(to: string): Promise<void> {
  const { stdout } = await promisify(execFile)(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: ROOT, maxBuffer: 16 * 1024 * 1024 },
  );
  for (const file of stdout.split('\0').filter((name) => name !== '' && name !== 'node_modules')) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await cp(join(ROOT, file), join(to, file));
  }
  await symlink(join(ROOT, 'node_modules'), join(to, 'node_modules'));
}

function scriptOf({ place, commands, proof }: ShellBlock): string {
  const text = commands.replaceAll(DONE, 'true ').replaceAll(/\bID$/gm, A_KEY);
  const title = `echo "== ${place}" >&2`;
  if (proof === 'stays') {
    const started = 'until curl -sf http://127.0.0.1:8080/health > /dev/null; do kill -0 $!; sleep 0.2; done';
    return `${title}\n( ${text} ) > server.log 2>&1 &\n${started}`;
  }
  if (proof === 'meanwhile') {
    const paragraphs = text.trimEnd().split('\n\n');
    const last = paragraphs.pop();
    return `${title}\n${paragraphs.join('\n\n')}\n( ${last}\n) &\nMEANWHILE=$!`;
  }
  return `${title}\n${text}\nif [ -n "\${MEANWHILE:-}" ]; then wait $MEANWHILE; unset MEANWHILE; fi`;
}

test('every command of the documents does what it is there for', { timeout: 240_000 }, async () => {
  await using folder = await temporaryFolder();
  const tree = join(folder.path, 'clone');
  await copyOfTree(tree);
  const port = String(await stablePort());
  const blocks = (await Promise.all(DOCUMENTS.map(shellBlocks))).flat();
  const run = blocks.filter(({ proof }) => proof !== 'elsewhere' && proof !== 'not-run');
  const script = ['set -euo pipefail', ...run.map(scriptOf), 'echo "== all done" >&2'].join('\n');

  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  // A group of its own, which the server that stays is of, too.
  const shell = spawn('bash', ['-c', script.replaceAll('8080', port)], {
    cwd: tree,
    env: { PATH, HOME: folder.path, MCP_SERVER_PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const end = () => {
    try {
      process.kill(-shell.pid!, 'SIGKILL');
    } catch {
      // None of them is left.
    }
  };
  // What waits for an answer that a wrong command never gave.
  const timer = setTimeout(end, PATIENCE_MS);
  process.once('exit', end);
  await once(shell, 'exit');
  clearTimeout(timer);
  process.removeListener('exit', end);
  // The shell has ended, but not its server.
  end();
  expect(said, said).toContain('== all done');
  // The two ends of the session that the README plays.
  expect(said).toContain('"content":"8081"');
  expect(said).toContain('"final_status":"COMPLETED"');
});

test('what is not run has a reason, and what another test runs is named by it', async () => {
  for (const { place, proof, note } of (await Promise.all(DOCUMENTS.map(shellBlocks))).flat()) {
    if (proof === 'not-run') expect(note, place).toMatch(/^it needs|^CI runs/);
    if (proof === 'elsewhere')
      expect(await readFile(join(ROOT, note), 'utf8'), place).toContain('shellBlocks(');
  }
});
