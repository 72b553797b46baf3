import { link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package in npm's list of the packages that it has installed. */
interface Installed {
  readonly dependencies?: { readonly [name: string]: string };
  readonly peerDependencies?: { readonly [name: string]: string };
  readonly peerDependenciesMeta?: { readonly [name: string]: { readonly optional?: boolean } };
}

/**
 * Makes the folder `project` a project that has `packages` and all packages that they depend on, as
 * `npm install --omit=optional` would. It links their files to those of `fullProject`, which is many times
 * faster.
 * @param project is on the file system of `fullProject`, but outside it: Node would find its packages
 * @param fullProject a project in which npm has installed everything.
 */
export async function makeReducedProject(
  project: string,
  fullProject: string,
  packages: readonly string[],
): Promise<void> {
  const list = await readFile(join(fullProject, 'node_modules/.package-lock.json'), 'utf8');
  const { packages: installed } = JSON.parse(list) as { packages: { [path: string]: Installed } };
  const paths = new Set<string>();
  const addWithDependencies = (name: string, from: string) => {
    const path = resolveLikeNode(name, from, (candidate) => candidate in installed);
    if (paths.has(path)) return;
    paths.add(path);
    for (const needed of dependencyNamesOf(installed[path]!)) addWithDependencies(needed, path);
  };
  for (const name of packages) addWithDependencies(name, '');

  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  for (const path of paths) await linkFiles(join(fullProject, path), join(project, path));
}

/** Makes `copy` a folder with hard links to the files of the package in `folder`. */
async function linkFiles(folder: string, copy: string): Promise<void> {
  await mkdir(copy, { recursive: true });
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const [from, to] = [join(folder, entry.name), join(copy, entry.name)];
    // A package nested in this one is linked only if it is needed.
    if (entry.name === 'node_modules') continue;
    if (entry.isDirectory()) await linkFiles(from, to);
    else await link(from, to);
  }
}

/** Returns the names of the packages that npm installs with a package, without the optional ones. */
function dependencyNamesOf({
  dependencies = {},
  peerDependencies = {},
  peerDependenciesMeta = {},
}: Installed): string[] {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...Object.keys(dependencies), ...peers];
}

/** Looks for a package in `node_modules` of `from`, then of each package that `from` is nested in. */
function resolveLikeNode(name: string, from: string, exists: (path: string) => boolean): string {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('node_modules/') - 1))) {
    const path = join(base, 'node_modules', name);
    if (exists(path)) return path;
    if (base === '') throw new Error(`${name} is not installed for ${from}`);
  }
}
