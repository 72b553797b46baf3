import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

const STRICT_OPTIONS = {
  ...{ target: 'es2024', lib: ['es2024', 'esnext.disposable'], types: ['node'], noEmit: true },
  ...{ module: 'nodenext', strict: true, noUncheckedIndexedAccess: true },
  ...{ allowImportingTsExtensions: true, erasableSyntaxOnly: true, verbatimModuleSyntax: true },
};

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
  const compilerOptions = { ...STRICT_OPTIONS, skipLibCheck };
  await writeFile(join(folder, 'entries.ts'), lines.join('\n'));
  const files = { compilerOptions, include: ['entries.ts', ...include] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(files));
  const { stdout } = await promisify(execFile)(TSC, ['-p', folder]).catch((failed) => failed);
  return stdout;
}

/**
 * Compiles `lines` in the project with strict options, and returns the errors in them and in the declaration
 * files of one package. It does not check those of other packages, which takes most of the compiler's time
 * without `skipLibCheck`.
 */
export async function errorsInPackage(
  project: string,
  lines: readonly string[],
  packageName: string,
): Promise<string[]> {
  const entries = join(await mkdtemp(join(project, 'types-')), 'entries.ts');
  await writeFile(entries, lines.join('\n'));
  const { options, errors } = ts.convertCompilerOptionsFromJson(STRICT_OPTIONS, project);
  const program = ts.createProgram([entries], options);
  const checked = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName === entries || fileName.includes(`/node_modules/${packageName}/`));
  if (checked.length < 2) throw new Error(`${packageName} is not among the compiled files`);
  const inFiles = checked.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  return [...errors, ...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(), ...inFiles].map(
    ({ file, messageText }) =>
      `${file?.fileName ?? 'options'}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  );
}
