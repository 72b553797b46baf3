import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../composition/command-line/command-run.ts';
import { ROOT } from './shell-blocks.ts';

const read = (file: string) => readFile(join(ROOT, file), 'utf8');

const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n');

const withoutCode = (text: string) => text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, '');

/** As GitHub makes them from headings. */
const anchorsOf = (text: string) =>
  Array.from(text.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm), ([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(documents)('%s: its links lead somewhere', async (document) => {
  const text = await read(document);
  for (const [, target] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target!)) continue;
    const [path, anchor] = target!.split('#');
    const file = path === '' ? document : join(dirname(document), path!);
    expect(existsSync(join(ROOT, file)), target).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(await read(file)), target).toContain(anchor);
  }
});

test.each(documents)('%s: the files and scripts it names are there', async (document) => {
  const text = await read(document);
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: object };
  for (const [, name] of text.matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)) {
    expect(Object.keys(scripts), name).toContain(name);
  }
  for (const [, file] of text.matchAll(/`((?:src|test|deploy|docs|bench|web\/src)\/[\w./-]+\.\w+)`/g)) {
    expect(existsSync(join(ROOT, file!)), file).toBe(true);
  }
});

/** The first column of the table under a heading or sentence of the README. */
async function firstColumn(header: string): Promise<string[]> {
  const text = await read('README.md');
  const rows = text
    .slice(text.indexOf(`\n| ${header} |`))
    .split('\n\n')[0]!
    .trim()
    .split('\n')
    .slice(2);
  return rows.map((row) => row.replaceAll('\\|', '/').split('|')[1]!);
}

test('the README tells of every setting, and of none that is not read', async () => {
  const source = await read('src/composition/config/config.ts');
  const table = source.slice(
    source.indexOf('const VARIABLES = {'),
    source.indexOf('} as const;\n\ntype Variables'),
  );
  const variables = Array.from(table.matchAll(/^ {2}([A-Z_]+): \{/gm), ([, name]) => name);
  const told = (await firstColumn('Variable')).flatMap((cell) => cell.match(/[A-Z][A-Z_]+/g) ?? []);
  // OpenTelemetry's own are read by its SDK, which tells of them; here some are only checked.
  const isOwn = (name = '') => !name.startsWith('OTEL_');
  expect(told.filter(isOwn).sort()).toEqual(variables.filter(isOwn).sort());
});

/** Each command that does something, as its own help tells it. */
async function commandsOf(parents: readonly string[]): Promise<string[]> {
  const { stdout } = await run([...parents, '--help']);
  const list = stdout.split('Commands:\n')[1];
  if (list === undefined) return [parents.join(' ')];
  const names = Array.from(list.matchAll(/^ {2}(\w+)/gm), ([, name]) => name!).filter(
    (name) => name !== 'help',
  );
  const found: string[] = [];
  // One after another: each run listens to what this process prints.
  for (const name of names) found.push(...(await commandsOf([...parents, name])));
  return found;
}

test('the README tells of every command, and of none that does not exist', async () => {
  const told = (await firstColumn('Command')).flatMap((cell) =>
    Array.from(cell.matchAll(/`([^`]+)`/g), ([, usage]) => /^[a-z ]*[a-z]/.exec(usage!)![0]),
  );
  expect(told.sort()).toEqual((await commandsOf([])).sort());
});
