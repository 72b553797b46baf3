import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runAgentDashboard } from '../support/servers/agent-dashboard.ts';
import type { Workplace } from './workplace.ts';

/** Writes a file of an agent's configuration. */
export async function writeConfiguration(path: string, content: object | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
}

/**
 * Connects an agent to the server on this machine, as a person does.
 * @param folder where its own settings are, in the home folder
 * @throws Error if connecting and disconnecting does not leave them byte for byte as they were.
 */
export async function connect(agent: string, settingsFolder: string, { server, home, env }: Workplace) {
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runAgentDashboard(args, { ...env, ...server.settings });
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  const folder = join(home, settingsFolder);
  const before = await filesIn(folder);
  await run('connect', agent, '--yes');
  await run('disconnect', agent, '--yes');
  const after = await filesIn(folder);
  if (JSON.stringify(after) !== JSON.stringify(before))
    throw new Error(`disconnect left ${JSON.stringify(after)}, not ${JSON.stringify(before)}`);
  await run('connect', agent, '--yes');
}

/** Returns the files with their contents, by their paths; null if there is no such folder. */
async function filesIn(folder: string): Promise<object | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null) return null;
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const contents = files.sort().map(async (path) => [path, await readFile(path, 'base64')] as const);
  return Object.fromEntries(await Promise.all(contents));
}
