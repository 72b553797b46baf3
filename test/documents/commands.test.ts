import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { stablePort } from '../prove/support/stable-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ROOT, type ShellBlock, shellBlocks } from './shell-blocks.ts';

/**
 * The documents in the order in which people read them. Each one continues where the one before has ended.
 */
const DOCUMENTS = [
  'README.md',
  'docs/rest.md',
  'docs/keys.md',
  'docs/mcp.md',
  'docs/settings.md',
  'docs/embedding.md',
  'docs/hooks.md',
  'docs/client.md',
  'docs/notifications.md',
  'docs/PROOFS.md',
  'DEPLOYMENT.md',
  'CONTRIBUTING.md',
];

/** The commands take two minutes on a busy machine, most of it for starts of Node and one build. */
const TIMEOUT_MS = 900_000;

/**
 * Commands that are left out, because the copy shares the packages of this tree. CI runs the first of them.
 */
const LEFT_OUT = /npm (?:ci|prune)\b[^&\n]*/g;

/** The text that replaces `ID` in commands: the id of the first key. */
const FIRST_KEY_ID = `"$(npm run --silent agent-dashboard -- token list --json | node -p 'JSON.parse(fs.readFileSync(0))[0].id')"`;

/** Copies the files that Git knows or would add. */
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
  const text = commands.replaceAll(LEFT_OUT, 'true ').replaceAll(/\bID$/gm, FIRST_KEY_ID);
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

test('every command of the documents runs, and the session in docs/rest.md gets its answer', {
  timeout: 440_000,
}, async () => {
  await using folder = await temporaryFolder();
  const tree = join(folder.path, 'clone');
  await copyOfTree(tree);
  const port = String(await stablePort());
  const blocks = (await Promise.all(DOCUMENTS.map(shellBlocks))).flat();
  const run = blocks.filter(({ proof }) => proof !== 'elsewhere' && proof !== 'not-run');
  const script = ['set -euo pipefail', ...run.map(scriptOf), 'echo "== all done" >&2'].join('\n');

  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  // In a process group of its own, so that its end also ends the server that stays.
  const shell = spawn('bash', ['-c', script.replaceAll('8080', port)], {
    cwd: tree,
    env: { PATH, HOME: folder.path, MCP_SERVER_PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const end = () => {
    try {
      process.kill(-shell.pid!, 'SIGKILL');
    } catch {
      // The group has ended already.
    }
  };
  // If an earlier command was wrong, a command may wait for an answer that never comes.
  const timer = setTimeout(end, TIMEOUT_MS);
  process.once('exit', end);
  await once(shell, 'exit');
  clearTimeout(timer);
  process.removeListener('exit', end);
  // The shell has ended, but its server still runs.
  end();
  expect(output, output).toContain('== all done');
  // The session of docs/rest.md: the waiting call got the answer, and the session ended.
  expect(output).toContain('"content":"8081"');
  expect(output).toContain('"final_status":"COMPLETED"');
});

test('every document with commands is in the list', async () => {
  const { stdout } = await promisify(execFile)('git', ['grep', '-l', '^```sh', '--', '*.md'], { cwd: ROOT });
  expect(stdout.trim().split('\n').toSorted()).toEqual(DOCUMENTS.toSorted());
});

test('a block that is not run gives a reason, and a block that another test runs is read by that test', async () => {
  for (const { place, proof, note } of (await Promise.all(DOCUMENTS.map(shellBlocks))).flat()) {
    if (proof === 'not-run') expect(note, place).toMatch(/^it needs|^CI runs/);
    if (proof === 'elsewhere')
      expect(await readFile(join(ROOT, note), 'utf8'), place).toContain('shellBlocks(');
  }
});
