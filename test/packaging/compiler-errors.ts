import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TSC = join(import.meta.dirname, '../../node_modules/.bin/tsc');

export interface CompilerOptions {
  /** More files to compile, as patterns. They are relative to a folder that is directly in the project. */
  readonly include?: readonly string[];
  /** Whether the compiler leaves out errors inside declaration files. */
  readonly skipLibCheck: boolean;
}

/** Compiles `lines` in the project with strict options, and returns what the compiler prints. */
export async function compilerErrors(
  project: string,
  lines: readonly string[],
  { include = [], skipLibCheck }: CompilerOptions,
): Promise<string> {
  const folder = await mkdtemp(join(project, 'types-'));
  const compilerOptions = {
    ...{ target: 'es2024', lib: ['es2024', 'esnext.disposable'], types: ['node'], noEmit: true },
    ...{ module: 'nodenext', strict: true, noUncheckedIndexedAccess: true, skipLibCheck },
    ...{ allowImportingTsExtensions: true, erasableSyntaxOnly: true, verbatimModuleSyntax: true },
  };
  await writeFile(join(folder, 'entries.ts'), lines.join('\n'));
  const files = { compilerOptions, include: ['entries.ts', ...include] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(files));
  const { stdout } = await promisify(execFile)(TSC, ['-p', folder]).catch((failed) => failed);
  return stdout;
}
