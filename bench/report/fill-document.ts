import { BENCH_TABLES } from '../tables/tables.ts';
import type { BenchFile } from './bench-file.ts';
import { formatNumber, markdownTable } from './table.ts';

/**
 * A figure in a sentence, between two comments that a rendered document does not show:
 * `<!-- bench: servers.postgresql-128.ratioToFloor -->1.35<!-- /bench -->`. After the path of the figure,
 * `, to 100` rounds it to a multiple of 100, and `, percent lost` prints a ratio of 0.9 as 10.
 */
const FIGURE = /<!-- bench: (\S+?)(?:, (to \d+|percent lost))? -->(?:(?!<!--).)*<!-- \/bench -->/gs;

/** A whole table: `<!-- bench table: servers -->`, the table, `<!-- /bench table -->`. */
const TABLE = /<!-- bench table: (\S+) -->\n(?:(?!<!--).)*<!-- \/bench table -->/gs;

/** The beginning of every comment that starts or ends a figure or a table. */
const MARK = /<!-- \/?bench\b/g;

/**
 * A line that begins with a figure. It is an error, because in Markdown a comment at the beginning of a line
 * ends the paragraph.
 */
const FIGURE_AT_LINE_START = /^\s*<!-- bench: .*$/m;

/**
 * Puts the numbers of a run into a Markdown document: between its `<!-- bench … -->` comments.
 * @throws Error if such a comment is malformed, or names an unknown table or number.
 */
export function fillDocument(text: string, file: BenchFile): string {
  const markCount = countMatches(text, MARK);
  const pairCount = countMatches(text, FIGURE) + countMatches(text, TABLE);
  if (markCount !== 2 * pairCount)
    throw new Error(`${markCount} <!-- bench … --> comments are not ${pairCount} pairs`);
  const misplaced = FIGURE_AT_LINE_START.exec(text)?.[0];
  if (misplaced !== undefined) throw new Error(`A line begins with a <!-- bench … --> comment: ${misplaced}`);
  return text
    .replace(TABLE, (_, name: string) => {
      return `<!-- bench table: ${name} -->\n\n${formatTable(name, file)}\n\n<!-- /bench table -->`;
    })
    .replace(FIGURE, (_, path: string, format?: string) => {
      const name = format === undefined ? path : `${path}, ${format}`;
      return `<!-- bench: ${name} -->${formatFigure(path, format, file)}<!-- /bench -->`;
    });
}

/** What is there instead of a table that is newer than the last whole run. */
const NOT_MEASURED_YET = '*The last whole run did not have this table yet.*';

function formatTable(name: string, file: BenchFile): string {
  const table = BENCH_TABLES.find((candidate) => candidate.name === name);
  if (table === undefined) throw new Error(`There is no bench table ${name}`);
  const results = file.tables[name];
  return results === undefined ? NOT_MEASURED_YET : markdownTable(table, results);
}

/** Returns the text of one figure. The path is `table.row.column`, or `machine.` and a field's name. */
function formatFigure(path: string, format: string | undefined, file: BenchFile): string {
  const [table, row, column] = path.split('.');
  if (table === 'machine') {
    const value: unknown = Object.entries(file.machine).find(([name]) => name === row)?.[1];
    if (value === undefined) throw new Error(`There is no bench figure ${path}`);
    return String(value);
  }
  const decimals = BENCH_TABLES.find(({ name }) => name === table)?.columns.find(
    ({ key }) => key === column,
  )?.decimals;
  const value = file.tables[table!]?.[row!]?.[column!];
  if (value == null || decimals === undefined) throw new Error(`There is no bench figure ${path}`);
  if (format === undefined) return formatNumber(value, decimals);
  if (format === 'percent lost') return String(Math.round((1 - value) * 100));
  const step = Number(format.slice('to '.length));
  return formatNumber(Math.round(value / step) * step, 0);
}

const countMatches = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
