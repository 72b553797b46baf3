import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, inject, test } from 'vitest';
import { compilerErrors } from './compiler-errors.ts';
import { run } from './run.ts';

const { folder, tarball, packed } = inject('installation');
const NAME = '@agent-dashboard/server';
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
  expect(rest.filter((path) => !/^(dist|src|plugins|web\/dist|deploy|examples|docs)\//.test(path))).toEqual(
    [],
  );
  const ours = rest.filter((path) => !path.startsWith('examples/'));
  expect(ours.filter((path) => /\.test\.|vitest/.test(path))).toEqual([]);
  expect(paths).toContain('web/dist/index.html');
});

test('it is small: under three megabytes to download, under ten unpacked', () => {
  // A third of it is the API reference: one component, plain and compressed in two ways.
  const [download, unpacked] = [packed.size, packed.unpackedSize].map((bytes) => Math.round(bytes / 1000));
  console.log(`packed: ${download} kB, unpacked: ${unpacked} kB, ${paths.length} files`);
  expect(packed.size).toBeLessThan(3_000_000);
  expect(packed.unpackedSize).toBeLessThan(10_000_000);
});

test('every source map names source files that exist', async () => {
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

test('publint finds nothing wrong', async () => {
  const { messages, pkg } = await publint({ pkgDir: INSTALLED, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg!))).toEqual([]);
});

test('the types resolve for every way of importing ES modules', async () => {
  // node10 ignores `exports`. CommonJS gets ES modules, which `require` of Node 22 accepts.
  const args = [join(BIN, 'attw'), tarball, '--profile', 'esm-only', '--no-emoji'];
  // attw exits with an error when it finds a problem.
  expect(await run(args, { cwd: folder })).toContain('node16 (from ESM): OK (ESM)');
});

test('the types compile in a strict project, and so do the examples', async () => {
  const lines = ENTRIES.map((entry, nth) => `export * as e${nth} from '${NAME}${entry}';`);
  expect(await compilerErrors(folder, lines, { include: ['../examples'], skipLibCheck: true })).toBe('');
});

test('the types compile without skipLibCheck, except those of /koa', async () => {
  // @types/koa itself does not: it imports a type that content-disposition no longer exports.
  const lines = ENTRIES.filter((entry) => entry !== '/koa').map(
    (entry, nth) => `export * as e${nth} from '${NAME}${entry}';`,
  );
  expect(await compilerErrors(folder, lines, { skipLibCheck: false })).toBe('');
});
