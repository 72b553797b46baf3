import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export interface ServerProcess {
  readonly pid: number;
  /** Sends SIGTERM and waits until the process has exited. */
  stop(): Promise<void>;
}

/**
 * Starts a Node program and waits until it prints `listens on`.
 * @throws Error if the program exits before it has printed that
 */
export async function startProcess(
  args: readonly string[],
  env: { readonly [name: string]: string },
): Promise<ServerProcess> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exitEvent = once(child, 'exit');
  // Kills the child process if the bench exits first.
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  exitEvent.then(() => process.off('exit', kill));
  const lines = createInterface({ input: child.stdout });
  await Promise.race([
    (async () => {
      for await (const line of lines) if (line.includes('listens on')) return;
    })(),
    exitEvent.then(([code]) => Promise.reject(new Error(`${args.join(' ')} exited with ${code}`))),
  ]);
  child.stdout.resume();
  return {
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      await exitEvent;
    },
  };
}

/** Returns the resident memory of a process in MiB; NaN where there is no /proc. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Returns the processor time of a process so far, in milliseconds; NaN where there is no /proc. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The process name, in parentheses, may contain spaces, so only the fields after it are split. The
  // fields count ticks of 10 ms.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}
