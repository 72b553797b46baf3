import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { compilerErrors } from './compiler-errors.ts';
import { CALLS } from './entry-calls.ts';
import { npm, QUIETLY } from './install.ts';
import { ALWAYS, NEEDED } from './needed-packages.ts';
import { makeReducedProject } from './reduced-project.ts';
import { run } from './run.ts';

const { folder, tarball } = inject('installation');
const NAME = '@agent-dashboard/server';
const { bin, exports, dependencies, optionalDependencies } = JSON.parse(
  await readFile(join(folder, 'node_modules', NAME, 'package.json'), 'utf8'),
);
const ENTRIES = Object.keys(NEEDED).map((entry) => ({ entry, name: NAME + entry }));

const projects: TemporaryFolder[] = [];
afterAll(() => Promise.all(projects.map((project) => project[Symbol.asyncDispose]())));

/** Entries that need the same packages share a project. */
const known = new Map<string, Promise<string>>();
const projectWith = (packages: readonly string[]): Promise<string> => {
  const key = packages.toSorted().join();
  const found = known.get(key) ?? makeProject(packages);
  known.set(key, found);
  return found;
};

async function makeProject(packages: readonly string[]): Promise<string> {
  const project = await temporaryFolder();
  projects.push(project);
  await makeReducedProject(project.path, folder, [NAME, ...packages]);
  return project.path;
}

/** Runs the lines of an ES module in a project, and returns what it prints. */
const runModule = (cwd: string, lines: string) => {
  const script = `
    import assert from 'node:assert/strict';
    import { once } from 'node:events';
    import { createServer } from 'node:http';
    const load = (entry) => import('${NAME}' + entry);
    ${lines}
    process.exit();`;
  return run(['--input-type=module', '--eval', script], { cwd });
};

test('the table has every entry, and every package in it is optional', () => {
  const entries = Object.keys(exports).filter((entry) => entry !== './package.json');
  expect(entries.map((entry) => entry.slice(1)).toSorted()).toEqual(Object.keys(NEEDED).toSorted());
  expect(Object.keys(dependencies).toSorted()).toEqual(ALWAYS);
  const named = Object.values(NEEDED).flatMap(({ packages, types = [] }) => [...packages, ...types]);
  expect(named.filter((name) => !(name in optionalDependencies))).toEqual([]);
});

/** Prints the packages that our own code imports when `entry` is loaded. */
const printImported = (entry: string) => `
  const { registerHooks } = await import('node:module');
  const imported = new Set();
  registerHooks({
    resolve(specifier, context, next) {
      const isOurs = context.parentURL?.includes('/node_modules/${NAME}/');
      if (isOurs && !/^(\\.|node:|file:)/.test(specifier)) {
        imported.add(specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/'));
      }
      return next(specifier, context);
    },
  });
  await load('${entry}');
  console.log(JSON.stringify([...imported].sort()));`;

test.each(ENTRIES)('$name imports exactly the packages that the table names', async ({ entry }) => {
  const imported: string[] = JSON.parse(await runModule(folder, printImported(entry)));
  const optional = imported.filter((name) => !ALWAYS.includes(name));
  expect(optional).toEqual(NEEDED[entry]!.packages.toSorted());
});

test.each(ENTRIES)(
  '$name works when only the packages are installed that the table names',
  async ({ entry }) => {
    await runModule(await projectWith(NEEDED[entry]!.packages), CALLS[entry]!);
  },
);

describe('without the optional packages', () => {
  test('npm installs none of them when told to omit them', async () => {
    await using project = await temporaryFolder();
    await writeFile(join(project.path, 'package.json'), JSON.stringify({ private: true }));
    await npm(project.path, 'install', ...QUIETLY, '--omit=optional', tarball);
    const installed = await readdir(join(project.path, 'node_modules'));
    expect(installed.filter((name) => !name.startsWith('.')).toSorted()).toEqual(
      [NAME.split('/')[0], ...ALWAYS].toSorted(),
    );
  });

  test('an entry that needs some of them names one that is missing', async () => {
    const needing = Object.keys(NEEDED).filter((entry) => NEEDED[entry]!.packages.length > 0);
    const errors = `
      const errors = {};
      for (const entry of ${JSON.stringify(needing)}) {
        errors[entry] = await load(entry).then(() => 'none', ({ code, message }) => code + ' ' + message);
      }
      console.log(JSON.stringify(errors));`;
    const found: { [entry: string]: string } = JSON.parse(await runModule(await projectWith([]), errors));
    expect(Object.keys(found)).toEqual(needing);
    for (const [entry, error] of Object.entries(found)) {
      const missing = /^ERR_MODULE_NOT_FOUND Cannot find package '([^']+)' imported from /.exec(error)?.[1];
      expect(NEEDED[entry]!.packages, error).toContain(missing);
    }
  });

  test('the server does not start, and names one that is missing', async () => {
    const cwd = await projectWith([]);
    const serve = run([join('node_modules', NAME, bin['agent-dashboard']), 'serve'], { cwd });
    await expect(serve).rejects.toThrow(/Cannot find package '[^']+' imported from /);
  });
});

/** Entries whose types are compiled together, because they need the same packages or none for their types. */
const COMPILED = [
  ['', '/client', '/contracts', '/in-memory', '/jwt', '/local-context', '/mcp', '/problem', '/signals'],
  ['/koa'],
  ['/mikro-orm', '/mikro-orm/pglite', '/mikro-orm/postgres'],
  ['/signals/postgres'],
].map((entries) => ({ entries, names: entries.map((entry) => NAME + entry).join(', ') }));

test.each(COMPILED)(
  'the types compile with the packages that the table names: $names',
  async ({ entries }) => {
    const needed = entries.flatMap((entry) => {
      const { packages, types = [] } = NEEDED[entry]!;
      return [...packages, ...types];
    });
    const project = await projectWith(['@types/node', ...needed]);
    const lines = entries.map((entry, nth) => `export * as e${nth} from '${NAME}${entry}';`);
    const errors = (await compilerErrors(project, lines, { skipLibCheck: false })).split('\n');
    // The types of some libraries have errors of their own.
    expect(errors.filter((line) => line.includes(NAME) || line.startsWith('error'))).toEqual([]);
  },
);
