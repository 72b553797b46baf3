import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

/** The package as users get it: packed as for publishing, and installed in an empty project. */
export interface Installation {
  /** The folder of the project. It contains `examples` and `node_modules`. */
  readonly folder: string;
  readonly tarball: string;
  /** The contents of the tarball, as `npm pack` reports them. */
  readonly packed: {
    readonly size: number;
    readonly unpackedSize: number;
    readonly files: readonly { readonly path: string }[];
  };
  /** The oldest Node that the package supports, and the Node that runs the tests. */
  readonly nodes: readonly { readonly version: string; readonly path: string }[];
}

declare module 'vitest' {
  interface ProvidedContext {
    installation: Installation;
  }
}

const ROOT = join(import.meta.dirname, '../..');
const OLDEST_NODE = '22.18.0';
/** Options of `npm install` in tests: they make npm use its cache where possible, and print only errors. */
export const QUIETLY = [
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--ignore-scripts',
  '--loglevel=error',
];

/** Packs and installs the package once for all test files of this folder (Vitest's global set-up). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-dashboard-package-'));
  const [packed] = JSON.parse(
    // Lifecycle scripts must run, because they build the files that are published.
    await npm(ROOT, 'pack', '--json', '--foreground-scripts=false', '--pack-destination', folder),
  );
  const tarball = join(folder, packed.filename);

  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const exampleDependencies = ['fastify', '@modelcontextprotocol/client', '@types/node'].map(
    (name) => `${name}@${devDependencies[name]}`,
  );
  const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  await npm(folder, 'install', ...QUIETLY, tarball, ...exampleDependencies, `${nodePackage}@${OLDEST_NODE}`);
  await cp(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });

  project.provide('installation', {
    folder,
    tarball,
    packed,
    nodes: [
      { version: OLDEST_NODE, path: join(folder, 'node_modules', nodePackage, 'bin/node') },
      { version: process.versions.node, path: process.execPath },
    ],
  });
  return () => rm(folder, { recursive: true, force: true });
}

/** Runs npm in `cwd` and returns what it prints. */
export async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  // If npm started the tests, these variables contain its settings. This npm must not use them.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const { stdout } = await promisify(execFile)('npm', args, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
