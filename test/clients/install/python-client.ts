import { join } from 'node:path';
import type { Command } from '../session/client-process.ts';
import { cachedFolder } from './cached-folder.ts';
import { requireVersion, run } from './run.ts';

const SOURCE = join(import.meta.dirname, '../python');

/** Installs the packages of `requirements/<name>.txt`, and nothing else. */
export const installPythonClient = (name: string, script: string): Promise<Command> =>
  installPython(name, join(SOURCE, 'requirements', `${name}.txt`), [join(SOURCE, script)]);

/**
 * Installs the packages of a lock file, and nothing else.
 * @param args the arguments of Python that start the program
 * @throws LeftOut if there is no Python with pip on this machine.
 */
export async function installPython(
  name: string,
  requirements: string,
  args: readonly string[],
): Promise<Command> {
  const version = await requirePython();
  const packages = await cachedFolder(`python-${name}`, version, [requirements], async (target) => {
    const options = ['--quiet', '--no-deps', '--no-compile', '--target', target, '-r', requirements];
    await run('python3', ['-m', 'pip', 'install', ...options], SOURCE, { PIP_ROOT_USER_ACTION: 'ignore' });
  });
  return {
    // The name on the PATH may be a script that looks for its Python in the user's home directory.
    program: await run('python3', ['-c', 'import sys; print(sys.executable)']),
    args: ['-s', ...args],
    // Compiled files stay out of the repository.
    env: { PYTHONPATH: packages, PYTHONPYCACHEPREFIX: join(packages, '.compiled') },
  };
}

/**
 * Returns the version of Python.
 * @throws LeftOut if it is missing or too old, or has no pip.
 */
export async function requirePython(): Promise<string> {
  const version = await requireVersion('python3', ['--version'], '3.11');
  // No virtual environment, because Debian's Python cannot make one without a further package.
  await requireVersion('python3', ['-m', 'pip', '--version'], '23');
  return version;
}
