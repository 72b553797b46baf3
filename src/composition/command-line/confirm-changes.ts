import { createInterface } from 'node:readline/promises';
import { diffOf, type FileChange } from '../../adapters/agent-config/files/file-change.ts';
import { plainLine } from '../../domain/text/plain-text.ts';

/** The options of commands that change settings of agents. */
export interface ChangeOptions {
  /** true: the current folder. */
  readonly project?: string | true;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Prints lines for a person, without characters that a terminal would obey. */
export const printLines = (lines: readonly string[]): void =>
  void process.stdout.write(lines.map((line) => `${plainLine(line)}\n`).join(''));

/** Prints what is changed in files. */
export function printChanges(changes: readonly FileChange[]): void {
  for (const change of changes) {
    if (change.before !== change.after) printLines(diffOf(change).trimEnd().split('\n'));
  }
}

/**
 * Asks whether to go on.
 * @throws Error if nobody can be asked.
 */
export async function isConfirmed(
  command: string,
  { yes = false }: { readonly yes?: boolean },
): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    throw new Error(
      `${command} needs --yes where there is no terminal to ask on; --dry-run only shows the change`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await terminal.question('Make this change? [y/N] ');
  terminal.close();
  if (/^y(es)?$/i.test(typed.trim())) return true;
  process.stderr.write('Nothing was changed.\n');
  return false;
}
