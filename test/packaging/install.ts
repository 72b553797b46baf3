import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

/** The package as its users have it: packed as for publishing, and installed into an empty project. */
export interface Installation {
  /** The project; `examples` is beside its `node_modules`. */
  readonly folder: string;
  readonly tarball: string;
  /** What `npm pack` has put into it. */
  readonly packed: {
    readonly size: number;
    readonly unpackedSize: number;
    readonly files: readonly { readonly path: string }[];
  };
  /** The oldest Node that the package promises to run on, and the one that runs the tests. */
  readonly nodes: readonly { readonly version: string; readonly path: string }[];
}

declare module 'vitest' {
  interface ProvidedContext {
    installation: Installation;
  }
}

const ROOT = join(import.meta.dirname, '../..');
const OLDEST_NODE = '22.18.0';
const QUIETLY = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];

/** Vitest's global set-up: packs and installs once for all test files of this folder. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-dashboard-package-'));
  const [packed] = JSON.parse(
    // With its scripts: what is published is built by them.
    await npm(ROOT, 'pack', '--json', '--foreground-scripts=false', '--pack-destination', folder),
  );
  const tarball = join(folder, packed.filename);

  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const beside = ['fastify', '@modelcontextprotocol/client', '@types/node'].map(
    (name) => `${name}@${devDependencies[name]}`,
  );
  const oldest = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  await npm(folder, 'install', ...QUIETLY, tarball, ...beside, `${oldest}@${OLDEST_NODE}`);
  await cp(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });

  project.provide('installation', {
    folder,
    tarball,
    packed,
    nodes: [
      { version: OLDEST_NODE, path: join(folder, 'node_modules', oldest, 'bin/node') },
      { version: process.versions.node, path: process.execPath },
    ],
  });
  return () => rm(folder, { recursive: true, force: true });
}

async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  // Settings of the npm that runs the tests are none of the one that they run.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const { stdout } = await promisify(execFile)('npm', args, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
