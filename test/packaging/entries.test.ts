import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { run } from './run.ts';

const { folder, nodes } = inject('installation');
const NAME = '@agent-dashboard/server';
const { exports } = JSON.parse(await readFile(join(folder, 'node_modules', NAME, 'package.json'), 'utf8'));
const ENTRIES = Object.keys(exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => NAME + entry.slice(1));

describe.each(nodes)('on Node $version', ({ path: node }) => {
  const namesOf = async (inputType: string, load: string) => {
    const script = `
      const found = {};
      for (const entry of ${JSON.stringify(ENTRIES)}) found[entry] = Object.keys(${load}(entry)).sort();
      console.log(JSON.stringify(found));`;
    const args = [`--input-type=${inputType}`, '--eval', script];
    return JSON.parse(await run(args, { cwd: folder, node })) as Record<string, string[]>;
  };

  test('import and require of every entry give the same names', async () => {
    const imported = await namesOf('module', 'await (async (name) => import(name))');
    for (const names of Object.values(imported)) expect(names).not.toEqual([]);
    const required = await namesOf('commonjs', 'require');
    for (const names of Object.values(required)) {
      // `require` adds this name to mark an ES module for bundlers.
      if (names.includes('__esModule')) names.splice(names.indexOf('__esModule'), 1);
    }
    expect(required).toEqual(imported);
  });
});

/** The entries that may load each package or scope. Other entries must not load it. */
const ALLOWED_ENTRIES: Readonly<Record<string, readonly string[]>> = {
  tsyringe: [],
  'reflect-metadata': [],
  commander: [],
  pino: [],
  'prom-client': [],
  sirv: [],
  '@opentelemetry': [],
  koa: ['/koa'],
  '@koa': ['/koa'],
  'rate-limiter-flexible': ['/koa'],
  '@modelcontextprotocol': ['/mcp'],
  jose: ['/jwt'],
  '@mikro-orm': ['/mikro-orm', '/mikro-orm/pglite', '/mikro-orm/postgres'],
  kysely: ['/mikro-orm', '/mikro-orm/pglite', '/mikro-orm/postgres'],
  '@electric-sql': ['/mikro-orm/pglite'],
  pg: ['/mikro-orm/postgres', '/signals/postgres'],
  valibot: ['', '/koa', '/mcp', '/problem'],
};

/** A script that prints the packages that an entry loads. A scope stands for all of its packages. */
const RECORD = `
  import { registerHooks } from 'node:module';
  const loaded = new Set();
  registerHooks({
    load(url, context, next) {
      const name = /.*\\/node_modules\\/([^/]+)/.exec(url)?.[1];
      if (name !== undefined) loaded.add(name);
      return next(url, context);
    },
  });
  await import(process.argv[1]);
  console.log(JSON.stringify([...loaded]));`;

test.each(ENTRIES)('%s loads only the libraries that it needs', async (entry) => {
  const loaded: string[] = JSON.parse(
    await run(['--input-type=module', '--eval', RECORD, entry], { cwd: folder }),
  );
  expect(loaded).toContain(NAME.split('/')[0]);
  const allowed = Object.keys(ALLOWED_ENTRIES).filter((name) =>
    ALLOWED_ENTRIES[name]!.includes(entry.slice(NAME.length)),
  );
  expect(Object.keys(ALLOWED_ENTRIES).filter((name) => loaded.includes(name))).toEqual(allowed);
});
