import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './shell-blocks.ts';

export interface SurfaceRow {
  /** The name of a use case, of a stream or of the export. */
  readonly name: string;
  /** `yes` or `—`, by surface. */
  readonly cells: { readonly [surface: string]: string };
  /** Why the row is not on every surface. */
  readonly reason: string;
}

/** The rows of `docs/surfaces.md`. */
export const SURFACE_ROWS: readonly SurfaceRow[] = readRows();

function readRows(): readonly SurfaceRow[] {
  const lines = readFileSync(join(ROOT, 'docs/surfaces.md'), 'utf8').split('\n');
  const [heading, , ...body] = lines.filter((line) => line.startsWith('|')).map(splitCells);
  return body.map((cells) => ({
    name: cells[0]!.replaceAll('`', ''),
    cells: Object.fromEntries(heading!.slice(1, -1).map((surface, nth) => [surface, cells[nth + 1]!])),
    reason: cells.at(-1)!,
  }));
}

/** Returns the names of the rows that a surface offers. */
export const listedOn = (surface: string): string[] =>
  SURFACE_ROWS.filter(({ cells }) => cells[surface] === 'yes').map(({ name }) => name);

function splitCells(line: string): string[] {
  const cells = line.split('|').slice(1, -1);
  return cells.map((cell) => cell.trim());
}
