import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './shell-blocks.ts';

/** A row of a table in ARCHITECTURE.md: a folder, and the neighbouring folders that it may import. */
interface Room {
  readonly name: string;
  /** `.` stands for the files directly in the folder of the rooms. Null: the table does not list imports. */
  readonly mayImport: readonly string[] | null;
}

/** A folder that is divided into rooms. */
interface Area {
  readonly folder: string;
  readonly rooms: readonly Room[];
  /** The arrows of the drawing, as `one -> another`. Null: there is no drawing. */
  readonly arrows: readonly string[] | null;
}

interface Side {
  readonly path?: string;
  readonly pathNot?: string | readonly string[];
}

interface Rule {
  readonly from: Side;
  readonly to: Side & { readonly circular?: boolean; readonly couldNotResolve?: boolean };
}

const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  readonly forbidden: readonly Rule[];
};

/**
 * The rules about folders. The rules about cycles and missing files are left out: they do not concern rooms.
 */
const RULES = forbidden.filter(({ to }) => to.circular === undefined && to.couldNotResolve === undefined);

/** Whether dependency-cruiser lets one file import another. */
function isAllowed(from: string, to: string): boolean {
  return RULES.every((rule) => {
    const groups = new RegExp(rule.from.path ?? '').exec(from);
    if (groups === null || matchesAny(rule.from.pathNot, from)) return true;
    const withGroup = (pattern: string) => pattern.replaceAll('$1', () => groups[1] ?? '');
    const isForbidden =
      new RegExp(withGroup(rule.to.path ?? '')).test(to) &&
      !matchesAny([rule.to.pathNot ?? []].flat().map(withGroup), to);
    return !isForbidden;
  });
}

const matchesAny = (patterns: string | readonly string[] | undefined, path: string): boolean =>
  [patterns ?? []].flat().some((pattern) => new RegExp(pattern).test(path));

const fileIn = (folder: string, room: string): string => join(folder, room, 'a-file.ts');

const names = (cell: string): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name]) => name!);

function readRoom(row: string, all: readonly string[]): Room {
  const [, first = '', , last = ''] = row.split('|').map((cell) => cell.trim());
  const name = names(first)[0]!;
  if (last === 'nothing') return { name, mayImport: [] };
  if (last === 'all') return { name, mayImport: all.filter((one) => one !== name && !one.includes('/')) };
  if (last === '–') return { name, mayImport: null };
  if (last.startsWith('as ')) {
    expect(last, `${name} is a part of the room`).toBe(`as \`${name.split('/')[0]}\``);
    return { name, mayImport: null };
  }
  return { name, mayImport: names(last) };
}

function readArea(folder: string, section: string): Area {
  const table = /^\| Room \| Holds \| May import \|\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(section)?.[1];
  if (table === undefined) throw new Error(`${folder} has no table of rooms`);
  const rows = table.trim().split('\n');
  const all = rows.map((row) => names(row)[0]!);
  const drawing = /^```mermaid\n([\s\S]*?)^```$/m.exec(section)?.[1];
  const arrows = drawing?.matchAll(/^ {2}(\S+) --> (.+)$/gm);
  return {
    folder,
    rooms: rows.map((row) => readRoom(row, all)),
    arrows:
      arrows === undefined
        ? null
        : Array.from(arrows, ([, from, to]) => to!.split(' & ').map((one) => `${from} -> ${one}`)).flat(),
  };
}

const [, whatLivesWhere = ''] = (await readFile(join(ROOT, 'ARCHITECTURE.md'), 'utf8')).split(
  /^## What lives where$/m,
);
const [layers = '', ...sections] = whatLivesWhere.split(/^## /m)[0]!.split(/^### /m);
const AREAS: readonly Area[] = [
  readArea('src', layers),
  ...sections.map((section) => readArea(names(section)[0]!, section)),
];

test.each(AREAS)(
  '$folder: a room may import what dependency-cruiser allows, and nothing else',
  ({ folder, rooms }) => {
    const checked = rooms.filter(({ mayImport }) => mayImport !== null);
    const hasOwnFiles = checked.some(({ mayImport }) => mayImport!.includes('.'));
    const others = [...(hasOwnFiles ? ['.'] : []), ...checked.map(({ name }) => name)];
    for (const { name, mayImport } of checked) {
      const allowed = others.filter(
        (other) => other !== name && isAllowed(fileIn(folder, name), fileIn(folder, other)),
      );
      expect([...mayImport!].sort(), name).toEqual(allowed.sort());
    }
  },
);

test.each(AREAS.filter(({ arrows }) => arrows !== null))(
  '$folder: the drawing has the arrows of the table',
  ({ rooms, arrows }) => {
    const told = rooms.flatMap(({ name, mayImport }) =>
      (mayImport ?? []).filter((other) => other !== '.').map((other) => `${name} -> ${other}`),
    );
    expect([...arrows!].sort()).toEqual(told.sort());
  },
);

test('ARCHITECTURE.md lists every folder of src and web/src, and no other', () => {
  const files = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', 'src', 'web/src'],
    { cwd: ROOT, encoding: 'utf8' },
  );
  const folders = new Set<string>(['src', 'web/src']);
  for (const file of files.trim().split('\n')) {
    for (let folder = dirname(file); folder !== '.' && folder !== 'web'; folder = dirname(folder)) {
      folders.add(folder);
    }
  }
  const listed = AREAS.flatMap(({ folder, rooms }) => [
    folder,
    ...rooms.map(({ name }) => join(folder, name)),
  ]);
  expect([...new Set(listed)].sort()).toEqual([...folders].sort());
});

test('every room that dependency-cruiser names is in a table', () => {
  const listed = AREAS.flatMap(({ folder, rooms }) => rooms.map(({ name }) => `${folder}/${name}`));
  const named = forbidden
    .map((rule) => (rule as Rule & { readonly name: string }).name)
    .filter((name) => name.includes('/'));
  expect(listed).toEqual(expect.arrayContaining(named));
});
