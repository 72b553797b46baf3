import { realpathSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from './config/config.ts';

const NAME = 'agent-dashboard';
const NPM_RUN = `run --silent ${NAME} --`;

/** How a process of this program was started. */
export interface Start {
  /** The folder of this package: a clone, or a folder in `node_modules`. */
  readonly root: string;
  /** Whether the process runs the TypeScript of a clone, and not the compiled program. */
  readonly isSource: boolean;
  readonly cwd: string;
  readonly env: Environment;
}

/**
 * Returns the command of this program as a person can type it where the process was started. It never names a
 * package that npm could download: with `--no-install`, npx runs only what is installed.
 */
export function commandOf(start: Start): string {
  return start.isSource ? commandInClone(start) : commandOfBuild(start);
}

/** npm runs a script in the folder of the package, so that is where its data are. */
function commandInClone({ root, cwd, env }: Start): string {
  if (env.npm_package_json === join(root, 'package.json')) {
    const isTypedInside = isInside(env.INIT_CWD ?? cwd, root);
    return isTypedInside ? `npm ${NPM_RUN}` : `npm --prefix ${quoted(root)} ${NPM_RUN}`;
  }
  return cwd === root ? `npm ${NPM_RUN}` : `node ${shownPath(join(root, `bin/${NAME}.js`), cwd)}`;
}

function commandOfBuild({ root, cwd, env }: Start): string {
  const program = join(root, 'dist/composition/bin.js');
  const isProgram = (path: string): boolean => {
    const target = realPath(path);
    return target !== null && target === realPath(program);
  };
  // npm and npx add folders of this name to PATH, which the person's shell does not have.
  const folders = (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !/node_modules\/\.bin\/?$/.test(folder));
  if (folders.some((folder) => folder !== '' && isProgram(join(folder, NAME)))) return NAME;
  if (foldersAbove(cwd).some((folder) => isProgram(join(folder, 'node_modules/.bin', NAME)))) {
    return `npx --no-install ${NAME}`;
  }
  return `node ${shownPath(program, cwd)}`;
}

const isInside = (path: string, folder: string): boolean => {
  const fromFolder = relative(folder, path);
  return fromFolder === '' || !(fromFolder === '..' || fromFolder.startsWith('../'));
};

/** Returns the folder and all folders that contain it. */
const foldersAbove = (folder: string): readonly string[] =>
  dirname(folder) === folder ? [folder] : [folder, ...foldersAbove(dirname(folder))];

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

const shownPath = (path: string, cwd: string): string =>
  quoted(cwd !== '/' && isInside(path, cwd) ? relative(cwd, path) : path);

const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Returns a command line of this program, such as `link`, as a person can type it here. */
export const typedCommand = (args: string): string => `${commandOf(currentStart())} ${args}`;

const currentStart = (): Start => ({
  root: fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''),
  isSource: import.meta.url.endsWith('.ts'),
  cwd: process.cwd(),
  env: process.env,
});
