/** A column of numbers. */
export interface BenchColumn {
  /** The column's name in docs/bench.json. */
  readonly key: string;
  readonly title: string;
  /** How many decimals are kept and printed. Numbers of 100 and more have no decimals. */
  readonly decimals: number;
}

export interface BenchRow {
  /** The row's name in docs/bench.json. */
  readonly key: string;
  /** The first cells of the row, which say what was measured, in Markdown. */
  readonly labels: readonly string[];
}

export interface BenchTable {
  /** The table's name in docs/bench.json. */
  readonly name: string;
  /** The titles of the columns that show the rows' labels. */
  readonly labelTitles: readonly string[];
  readonly rows: readonly BenchRow[];
  readonly columns: readonly BenchColumn[];
}

/** The numbers of one row, by column. A number that could not be measured is null. */
export type BenchNumbers = { readonly [column: string]: number | null };

/** The numbers of one table, by row. */
export type BenchResults = { readonly [row: string]: BenchNumbers };

/** The text of a cell whose number could not be measured. */
const NOT_MEASURED = '–';

const decimalsToKeep = (value: number, decimals: number): number => (Math.abs(value) < 100 ? decimals : 0);

/** Writes a number as the tables print it: `5,612`, `0.84`. */
export function formatNumber(value: number | null, decimals: number): string {
  if (value === null) return NOT_MEASURED;
  const digits = decimalsToKeep(value, decimals);
  return value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * Rounds the measured numbers to the decimals that the table prints.
 * @throws Error if a row or a number of the table is missing.
 */
export function roundResults(table: BenchTable, measured: BenchResults): BenchResults {
  return Object.fromEntries(
    table.rows.map((row) => [
      row.key,
      Object.fromEntries(
        table.columns.map((column) => {
          const value = numberOf(table, measured, row, column);
          if (value === null || !Number.isFinite(value)) return [column.key, null];
          return [column.key, Number(value.toFixed(decimalsToKeep(value, column.decimals)))];
        }),
      ),
    ]),
  );
}

/** Formats a table for `console.table`. */
export function consoleRows(table: BenchTable, results: BenchResults): object[] {
  return table.rows.map((row) => {
    const labels = row.labels.map((label, index) => [table.labelTitles[index]!, label.replaceAll('`', '')]);
    const numbers = table.columns.map((column) => [
      column.title,
      formatNumber(numberOf(table, results, row, column), column.decimals),
    ]);
    return Object.fromEntries([...labels, ...numbers]);
  });
}

/**
 * Formats a table for a Markdown document.
 * @throws Error if the results lack one of the table's numbers.
 */
export function markdownTable(table: BenchTable, results: BenchResults): string {
  const titles = [...table.labelTitles, ...table.columns.map(({ title }) => title)];
  const rows = table.rows.map((row) => [
    ...row.labels,
    ...table.columns.map((column) => formatNumber(numberOf(table, results, row, column), column.decimals)),
  ]);
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function numberOf(
  table: BenchTable,
  results: BenchResults,
  row: BenchRow,
  column: BenchColumn,
): number | null {
  const value = results[row.key]?.[column.key];
  if (value === undefined) throw new Error(`No number for ${table.name}.${row.key}.${column.key}`);
  return value;
}
