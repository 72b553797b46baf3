import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * How a block of commands is tested:
 * - `runs`: it runs to its end;
 * - `stays`: it starts a server, which keeps running for the blocks after it;
 * - `meanwhile`: its last paragraph keeps running while the next block runs;
 * - `elsewhere`: another test runs it;
 * - `not-run`: nothing runs it, for the reason given.
 */
export type Proof = 'runs' | 'stays' | 'meanwhile' | 'elsewhere' | 'not-run';

export interface ShellBlock {
  /** Document and line, such as README.md:16. */
  readonly place: string;
  readonly commands: string;
  readonly proof: Proof;
  /** The test that runs it, or why nothing does. */
  readonly note: string;
}

const BLOCK = /(?:^<!-- (.*?) -->\n)?^```sh\n(.*?)^```$/gms;

/** Returns the `sh` blocks of a document. A comment above a block says how it is tested. */
export async function shellBlocks(document: string): Promise<readonly ShellBlock[]> {
  const text = await readFile(new URL(document, `file://${ROOT}`), 'utf8');
  return Array.from(text.matchAll(BLOCK), ({ 0: matchedText, 1: marker = 'runs', 2: commands, index }) => {
    const line = text.slice(0, index + matchedText.indexOf('```sh')).split('\n').length;
    return { place: `${document}:${line}`, commands: commands!, ...proofOf(marker, document) };
  });
}

function proofOf(marker: string, document: string): Pick<ShellBlock, 'proof' | 'note'> {
  const [, kind, note = ''] = /^(runs|stays|meanwhile|run by|not run:) ?(.*)$/s.exec(marker) ?? [];
  if (kind === 'run by') return { proof: 'elsewhere', note };
  if (kind === 'not run:') return { proof: 'not-run', note };
  if (kind === undefined) throw new Error(`${document}: what does <!-- ${marker} --> mean?`);
  return { proof: kind as Proof, note };
}
