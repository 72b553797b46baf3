import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'jsonc-parser';
import type { Machine } from './agent-config.ts';

/** How long Codex may take to start and to answer. */
const TIMEOUT_MS = 30_000;

interface ListedHook {
  readonly key: string;
  readonly currentHash: string;
}

/**
 * Asks Codex what the hash of each hook is. It is asked about a copy, so that nothing of the person changes.
 * @param text the text of a `hooks.json`.
 * @returns the hash of each hook, by the end of its key; null if Codex does not answer, or not as we expect.
 */
export async function readHookHashes(
  text: string,
  { env, home }: Machine,
): Promise<ReadonlyMap<string, string> | null> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'agent-dashboard-codex-')));
  try {
    await writeFile(join(folder, 'hooks.json'), text);
    const hooks = await listHooks({ ...env, HOME: home, CODEX_HOME: folder }, folder);
    const start = `${join(folder, 'hooks.json')}:`;
    return new Map(
      hooks
        .filter(({ key, currentHash }) => key.startsWith(start) && currentHash.startsWith('sha256:'))
        .map(({ key, currentHash }) => [key.slice(start.length), currentHash]),
    );
  } catch {
    return null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Calls `hooks/list` of `codex app-server`, as the programs do that show the hooks to a person. */
async function listHooks(env: NodeJS.ProcessEnv, cwd: string): Promise<readonly ListedHook[]> {
  const server = spawn('codex', ['app-server'], {
    ...{ env, cwd, stdio: ['pipe', 'pipe', 'ignore'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' },
  });
  // It may not even start.
  const ended = once(server, 'close').catch(() => {});
  // It may end before it has read everything.
  server.stdin!.on('error', () => {});
  const send = (message: object): void => void server.stdin!.write(`${JSON.stringify(message)}\n`);
  try {
    send({ id: 1, method: 'initialize', params: { clientInfo: { name: 'agent-dashboard', version: '1' } } });
    send({ method: 'initialized' });
    send({ id: 2, method: 'hooks/list', params: { cwds: [cwd] } });
    for await (const line of createInterface({ input: server.stdout! })) {
      const { id, result } = JSON.parse(line) as {
        id?: number;
        result?: { data: { hooks: ListedHook[] }[] };
      };
      if (id === 2) return result!.data.flatMap(({ hooks }) => hooks);
    }
    throw new Error('Codex has ended');
  } finally {
    server.kill('SIGKILL');
    await ended;
  }
}

/**
 * Returns the ends of the keys by which Codex knows hooks: the event, the number of the group and the number
 * of the hook in it.
 */
export function hookKeysOf(
  text: string,
  events: readonly string[],
  isOurs: (group: unknown) => boolean,
): readonly string[] {
  const { hooks = {} } = (parse(text, [], { allowTrailingComma: true }) ?? {}) as {
    hooks?: { [event: string]: unknown };
  };
  return events.flatMap((event) => {
    const groups = hooks[event];
    if (!Array.isArray(groups)) return [];
    const label = event.replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
    return groups.flatMap((group, index) => (isOurs(group) ? [`${label}:${index}:0`] : []));
  });
}
