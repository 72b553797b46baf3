import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../session/client-process.ts';
import { cachedFolder } from './cached-folder.ts';
import { requireVersion, run } from './run.ts';

const SOURCE = join(import.meta.dirname, '../go');

/** Builds the Go program, which has one client for each library. */
export async function installGoClient(library: string): Promise<Command> {
  const least = /^go (.+)$/m.exec(await readFile(join(SOURCE, 'go.mod'), 'utf8'))![1]!;
  const version = await requireVersion('go', ['version'], least);
  const files = (await readdir(SOURCE)).sort().map((file) => join(SOURCE, file));
  const folder = await cachedFolder('go', version, files, async (target) => {
    await run('go', ['build', '-o', join(target, 'client'), '.'], SOURCE, { GOTOOLCHAIN: 'local' });
  });
  return { program: join(folder, 'client'), args: [library] };
}
