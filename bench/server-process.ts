import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export interface ServerProcess {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a node program and waits until it says that it listens. */
export async function startProcess(
  args: readonly string[],
  env: { readonly [name: string]: string },
): Promise<ServerProcess> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  // However the bench ends, nothing of it stays behind.
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  exited.then(() => process.off('exit', kill));
  const lines = createInterface({ input: child.stdout });
  await Promise.race([
    (async () => {
      for await (const line of lines) if (line.includes('listens on')) return;
    })(),
    exited.then(([code]) => Promise.reject(new Error(`${args.join(' ')} ended with ${code}`))),
  ]);
  child.stdout.resume();
  return {
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Resident memory in MiB; where there is no /proc, NaN. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Processor time a process has used so far, in milliseconds; where there is no /proc, NaN. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // After the name, which may hold spaces; in ticks of 10 ms.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}
