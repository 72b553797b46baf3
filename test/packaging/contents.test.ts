import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, inject, test } from 'vitest';
import { run } from './run.ts';

const { folder, tarball, packed } = inject('installation');
const NAME = 'agent-dashboard-server';
const INSTALLED = join(folder, 'node_modules', NAME);
const BIN = join(import.meta.dirname, '../../node_modules/.bin');
const { exports } = JSON.parse(await readFile(join(INSTALLED, 'package.json'), 'utf8'));
/** The entries of the package, without the package name, such as `/koa`. */
const ENTRIES = Object.keys(exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => entry.slice(1));
const paths = packed.files.map(({ path }) => path);

test('the tarball has the program, its source and its documents, and nothing else', () => {
  const [documents, rest] = [
    paths.filter((path) => !path.includes('/')),
    paths.filter((path) => path.includes('/')),
  ];
  expect(documents.toSorted()).toEqual([
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'DEPLOYMENT.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'package.json',
  ]);
  expect(rest.filter((path) => !/^(dist|src|web\/dist|deploy|examples|docs)\//.test(path))).toEqual([]);
  const ours = rest.filter((path) => !path.startsWith('examples/'));
  expect(ours.filter((path) => /\.test\.|vitest/.test(path))).toEqual([]);
  expect(paths).toContain('web/dist/index.html');
});

test('the package is under 2 MB packed and under 6 MB unpacked', () => {
  // A third of it is the component of the API reference: uncompressed, and compressed in two ways.
  const [fetched, unpacked] = [packed.size, packed.unpackedSize].map((bytes) => Math.round(bytes / 1000));
  console.log(`packed: ${fetched} kB, unpacked: ${unpacked} kB, ${paths.length} files`);
  expect(packed.size).toBeLessThan(2_000_000);
  expect(packed.unpackedSize).toBeLessThan(6_000_000);
});

test('every source map names sources that are in the package', async () => {
  const maps = paths.filter((path) => path.startsWith('dist/') && path.endsWith('.map'));
  expect(maps.length).toBeGreaterThan(200);
  const missing: string[] = [];
  for (const map of maps) {
    const { sources } = JSON.parse(await readFile(join(INSTALLED, map), 'utf8')) as { sources: string[] };
    for (const source of sources) {
      if (!existsSync(resolve(INSTALLED, dirname(map), source))) missing.push(`${map}: ${source}`);
    }
  }
  expect(missing).toEqual([]);
});

test('publint finds no problem', async () => {
  const { messages, pkg } = await publint({ pkgDir: INSTALLED, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg!))).toEqual([]);
});

test('attw finds no problem with the types for ES modules', async () => {
  // The profile leaves out node10, which ignores `exports`, and CommonJS, because Node 22 can `require`
  // ES modules.
  const args = [join(BIN, 'attw'), tarball, '--profile', 'esm-only', '--no-emoji'];
  // attw exits with an error if it finds a problem.
  expect(await run(args, { cwd: folder })).toContain('node16 (from ESM): OK (ESM)');
});

/** Compiles these lines and files, and returns the errors of the compiler. */
async function compileErrors(lines: readonly string[], include: readonly string[], skipLibCheck: boolean) {
  const project = await mkdtemp(join(folder, 'types-'));
  const compilerOptions = {
    ...{ target: 'es2024', lib: ['es2024', 'esnext.disposable'], types: ['node'], noEmit: true },
    ...{ module: 'nodenext', strict: true, noUncheckedIndexedAccess: true, skipLibCheck },
    ...{ allowImportingTsExtensions: true, erasableSyntaxOnly: true, verbatimModuleSyntax: true },
  };
  await writeFile(join(project, 'entries.ts'), lines.join('\n'));
  const files = { compilerOptions, include: ['entries.ts', ...include] };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(files));
  const { stdout } = await promisify(execFile)(join(BIN, 'tsc'), ['-p', project]).catch((failed) => failed);
  return stdout;
}

test('the types and the examples compile with strict compiler options', async () => {
  const lines = ENTRIES.map((entry, nth) => `export * as e${nth} from '${NAME}${entry}';`);
  expect(await compileErrors(lines, ['../examples'], true)).toBe('');
});

test('the types compile without skipLibCheck, except those that need Koa', async () => {
  // @types/koa itself does not compile: it uses a type that content-disposition no longer exports.
  const lines = ENTRIES.filter((entry) => entry !== '/koa').map(
    (entry, nth) => `export * as e${nth} from '${NAME}${entry}';`,
  );
  expect(await compileErrors(lines, [], false)).toBe('');
});
