import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedFolder } from './cached-folder.ts';
import { run } from './run.ts';

/**
 * Installs the packages of a lock file, without their install scripts.
 * @param name the folder in `node/packages` that has the lock file
 * @param finish does what an install script of a package would have done
 * @returns the folder that has `node_modules`
 */
export function installNodePackage(
  name: string,
  finish: (target: string) => Promise<unknown> = async () => {},
): Promise<string> {
  const source = join(import.meta.dirname, '../node/packages', name);
  const files = ['package.json', 'package-lock.json'];
  const paths = files.map((file) => join(source, file));
  return cachedFolder(`node-${name}`, process.version, paths, async (target) => {
    for (const file of files) await copyFile(join(source, file), join(target, file));
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], target);
    await finish(target);
  });
}
