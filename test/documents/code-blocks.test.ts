import { execFile } from 'node:child_process';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ROOT } from './shell-blocks.ts';

const DOCUMENTS = ['README.md', 'docs/mcp.md', 'docs/embedding.md'];

const run = promisify(execFile);

async function codeBlocks(document: string): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, document), 'utf8');
  return Array.from(text.matchAll(/^```ts\n(.*?)^```$/gms), ([, code]) => code!);
}

/** The source of each entry of the package, by the name under which a program imports it. */
async function sourceOfEntries(): Promise<ReadonlyMap<string, string>> {
  const { name, exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    name: string;
    exports: { [entry: string]: { default: string } | string };
  };
  const entries = Object.entries(exports).flatMap(([entry, target]): [string, string][] => {
    if (typeof target === 'string') return [];
    const source = target.default.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts');
    return [[name + entry.slice(1), join(ROOT, source)]];
  });
  return new Map(entries);
}

test('every TypeScript block of the documents compiles', { timeout: 240_000 }, async () => {
  await using folder = await temporaryFolder();
  await symlink(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
  const paths = Object.fromEntries(
    Array.from(await sourceOfEntries(), ([entry, source]) => [entry, [source]] as const),
  );
  const compilerOptions = { paths, noUnusedLocals: false };
  const project = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.mts'], exclude: [] };
  await writeFile(join(folder.path, 'tsconfig.json'), JSON.stringify(project));
  for (const document of DOCUMENTS) {
    for (const [index, code] of (await codeBlocks(document)).entries()) {
      const file = `${document.replace(/\W/g, '-')}-${index + 1}.mts`;
      await writeFile(join(folder.path, file), code);
    }
  }
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  const { stdout } = await run(process.execPath, [compiler, '-p', folder.path]).catch((failed) => failed);
  expect(stdout).toBe('');
});

test('the first block of docs/embedding.md runs and reports a step', async () => {
  await using folder = await temporaryFolder();
  const entries = await sourceOfEntries();
  const [code = ''] = await codeBlocks('docs/embedding.md');
  const runnable = code.replaceAll(/ from '(@agent-dashboard\/server[\w/-]*)'/g, (_, entry) => {
    return ` from '${pathToFileURL(entries.get(entry)!)}'`;
  });
  const file = join(folder.path, 'block.mts');
  await writeFile(file, runnable);
  const { stdout } = await run(process.execPath, [file]);
  expect(stdout).toContain('success: true');
});
