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

/** The anchors that GitHub makes from headings. */
const anchorsOf = (text: string) =>
  Array.from(text.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm), ([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(documents)('%s: every link leads to a file and heading that exist', async (document) => {
  const text = await read(document);
  for (const [, target] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target!)) continue;
    const [path, anchor] = target!.split('#');
    const file = path === '' ? document : join(dirname(document), path!);
    expect(existsSync(join(ROOT, file)), target).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(await read(file)), target).toContain(anchor);
  }
});

test.each(documents)('%s: the files and scripts it names exist', async (document) => {
  const text = await read(document);
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: object };
  for (const [, name] of text.matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)) {
    expect(Object.keys(scripts), name).toContain(name);
  }
  for (const [, file] of text.matchAll(/`((?:src|test|deploy|docs|bench|web\/src)\/[\w./-]+)`/g)) {
    expect(existsSync(join(ROOT, file!)), file).toBe(true);
  }
});

test('no text has a command that would download a package by a name that somebody else may own', async () => {
  const texts = execFileSync(
    'git',
    [
      'grep',
      '-lIE',
      'npx|npm (i|install|exec)\\b',
      '--',
      '*.md',
      'examples',
      'src',
      'web',
      'demo',
      'deploy',
      'Dockerfile',
    ],
    { cwd: ROOT, encoding: 'utf8' },
  );
  for (const file of texts.trim().split('\n')) {
    const text = await read(file);
    expect(text, file).not.toMatch(/(?:`|^|&& )npx (?!--no-install )\S/m);
    for (const [command] of text.matchAll(/\bnpm (?:i|install|exec)\b[^`\n&]*/g)) {
      expect(command, file).not.toMatch(/[ "'](?:@agent-dashboard\/|agent-dashboard\b)/);
    }
  }
});

/** The first column of the table of docs/settings.md whose first heading is `header`. */
async function firstColumn(header: string): Promise<string[]> {
  const text = await read('docs/settings.md');
  const rows = text
    .slice(text.indexOf(`\n| ${header} |`))
    .split('\n\n')[0]!
    .trim()
    .split('\n')
    .slice(2);
  return rows.map((row) => row.replaceAll('\\|', '/').split('|')[1]!);
}

test('docs/settings.md lists every setting, and none that is not read', async () => {
  const source = await read('src/composition/config/variables.ts');
  const table = source.slice(
    source.indexOf('const VARIABLES = {'),
    source.indexOf('} as const;\n\ntype Variables'),
  );
  const variables = Array.from(table.matchAll(/^ {2}([A-Z_]+): \{/gm), ([, name]) => name);
  const told = (await firstColumn('Variable')).flatMap((cell) => cell.match(/[A-Z][A-Z_]+/g) ?? []);
  // OpenTelemetry's own variables are read by its SDK, and documented there. Only some are checked here.
  const isOwn = (name = '') => !name.startsWith('OTEL_');
  expect(told.filter(isOwn).sort()).toEqual(variables.filter(isOwn).sort());
});

/** Every command that does something, as the help of its parent lists it. */
async function commandsOf(parents: readonly string[]): Promise<string[]> {
  const { stdout } = await run([...parents, '--help']);
  const list = stdout.split('Commands:\n')[1];
  if (list === undefined) return [parents.join(' ')];
  const names = Array.from(list.matchAll(/^ {2}(\w+)/gm), ([, name]) => name!).filter(
    (name) => name !== 'help',
  );
  const found: string[] = [];
  // The runs follow one another, because each records everything that this process prints.
  for (const name of names) found.push(...(await commandsOf([...parents, name])));
  return found;
}

test('docs/settings.md lists every command, and none that does not exist', async () => {
  const told = (await firstColumn('Command')).flatMap((cell) =>
    Array.from(cell.matchAll(/`([^`]+)`/g), ([, usage]) => /^[a-z ]*[a-z]/.exec(usage!)![0]),
  );
  expect(told.sort()).toEqual((await commandsOf([])).sort());
});

test('README.md has at most 150 lines', async () => {
  expect((await read('README.md')).split('\n').length - 1).toBeLessThanOrEqual(150);
});

test('the package has every document that its README links to', async () => {
  const { files } = JSON.parse(await read('package.json')) as { files: string[] };
  // npm adds the README and the licence by itself.
  const packed = [...files.map((entry) => entry.replace(/^\//, '')), 'README.md', 'LICENSE'];
  const links = Array.from(withoutCode(await read('README.md')).matchAll(/\]\(([^)\s#]+)[^)]*\)/g));
  for (const [, target = ''] of links.filter(([, target]) => !/^[a-z]+:/.test(target!))) {
    expect(
      packed.some((entry) => target === entry || target.startsWith(`${entry}/`)),
      target,
    ).toBe(true);
  }
});

test('docs/README.md lists every document', async () => {
  const index = await read('docs/README.md');
  const listed = Array.from(index.matchAll(/\]\(([^)\s#]+)\)/g), ([, target]) => join('docs', target!));
  const own = documents.filter((document) => /^(?:docs\/)?[\w-]+\.md$/.test(document));
  expect(listed).toEqual(expect.arrayContaining(own.filter((document) => document !== 'docs/README.md')));
});

test('the glossary names types, functions and columns that exist', async () => {
  const glossary = await read('docs/GLOSSARY.md');
  for (const [, named = '', file = ''] of glossary.matchAll(/((?:`\w+`(?:, )?)+) in `(src\/[^`]+)`/g)) {
    const source = await read(file);
    for (const [, name] of named.matchAll(/`(\w+)`/g)) {
      expect(source, `${name} in ${file}`).toMatch(new RegExp(`^export .*\\b${name}\\b`, 'm'));
    }
  }
  const entities = await read('src/adapters/mikro-orm/schema/entities.ts');
  for (const [, table = '', column = ''] of glossary.matchAll(/`([a-z]+(?:_[a-z]+)*s)\.([a-z_]+)`/g)) {
    const row = entities.slice(entities.indexOf(`tableName: '${table}'`)).split('defineEntity')[0]!;
    const property = column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    expect(row, `${table}.${column}`).toMatch(new RegExp(`\\b${property}:`));
  }
});
