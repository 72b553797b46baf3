import { expect, test } from 'vitest';
import { type BenchFile, readBenchFile } from '../../bench/report/bench-file.ts';
import { benchDocuments, readDocument } from '../../bench/report/documents.ts';
import { fillDocument } from '../../bench/report/fill-document.ts';
import { roundResults } from '../../bench/report/table.ts';
import { BENCH_TABLES } from '../../bench/tables/tables.ts';

const documents = await benchDocuments();
const file = await readBenchFile();

const withoutMarked = (text: string) =>
  text
    .replaceAll(/<!-- bench table: .*?<!-- \/bench table -->/gs, '')
    .replaceAll(/<!-- bench: .*?<!-- \/bench -->/gs, '');

test.each(documents)('%s quotes the numbers of docs/bench.json', async (document) => {
  const text = await readDocument(document);
  expect(fillDocument(text, file)).toBe(text);
});

test('docs/BENCH.md has every table of the bench, and no table of other numbers', async () => {
  const text = await readDocument('docs/BENCH.md');
  for (const { name } of BENCH_TABLES) expect(text).toContain(`<!-- bench table: ${name} -->`);
  expect(withoutMarked(text)).not.toMatch(/^\|/m);
});

test('docs/bench.json has only tables of the bench, with exactly their rows and columns, rounded as printed', () => {
  expect(BENCH_TABLES.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(file.tables)));
  // A table that is newer than the last whole run is not there yet.
  for (const table of BENCH_TABLES.filter(({ name }) => name in file.tables)) {
    const results = file.tables[table.name]!;
    expect(results, table.name).toEqual(roundResults(table, results));
  }
});

/** Finds sentences in which a document says how fast or how cheap the server is. */
const RATE = /\d[\d.,]*(?: to \d[\d.,]*)? (?:(?:steps|requests) a second|(?:short )?statements a minute)/g;

const QUOTING = documents.filter(
  (document) => /^(?:README|ARCHITECTURE|DEPLOYMENT)\.md$/.test(document) || document.startsWith('docs/adr/'),
);

test.each(QUOTING)('%s marks each rate that it quotes', async (document) => {
  const text = withoutMarked(await readDocument(document));
  const measuredOnce = '<!-- measured once -->';
  const unmarked = Array.from(text.matchAll(RATE)).filter(
    ({ index }) => !text.slice(0, index).endsWith(measuredOnce),
  );
  expect(unmarked.map(([rate]) => rate)).toEqual([]);
});

const mark = (path: string) => `About <!-- bench: ${path} -->1<!-- /bench --> of it`;

const SMALL_FILE: BenchFile = {
  machine: {
    measuredOn: '2026-11-23',
    cores: 2,
    node: '24.21.0',
    postgresql: '18.4',
    rounds: 3,
    secondsPerRound: 5,
  },
  tables: {
    servers: {
      'floor-1': { requestsPerSecond: 2122, p50Ms: 0.4, p99Ms: null, ratioToFloor: 0.94 },
    },
  },
};

test.each([
  ['machine.node', '24.21.0'],
  ['servers.floor-1.requestsPerSecond', '2,122'],
  ['servers.floor-1.p50Ms', '0.40'],
  ['servers.floor-1.requestsPerSecond, to 100', '2,100'],
  ['servers.floor-1.ratioToFloor, percent lost', '6'],
])('the figure %s is printed as %s', (path, printed) => {
  expect(fillDocument(mark(path), SMALL_FILE)).toBe(mark(path).replace('-->1<', `-->${printed}<`));
});

test('a table that is newer than the last whole run says so', () => {
  expect(fillDocument('<!-- bench table: tokens -->\n<!-- /bench table -->', SMALL_FILE)).toContain(
    'not have',
  );
});

test.each([
  ['a number that was not measured', mark('servers.floor-1.p99Ms')],
  ['a row that does not exist', mark('servers.floor-7.p50Ms')],
  ['a fact that does not exist', mark('machine.colour')],
  ['a format that does not exist', mark('servers.floor-1.p50Ms, in words')],
  ['a figure without an end', 'About <!-- bench: machine.node -->1'],
  ['a figure at the beginning of a line', '<!-- bench: machine.node -->1<!-- /bench -->'],
  ['a table that does not exist', '<!-- bench table: colours -->\n<!-- /bench table -->'],
  ['a table with a missing row', '<!-- bench table: servers -->\n<!-- /bench table -->'],
])('%s is refused', (_, text) => {
  expect(() => fillDocument(text, SMALL_FILE)).toThrow();
});
