import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A failed installation says first what is wrong. npm then adds its whole usage. */
const MAX_SHOWN_LINES = 8;

/** Says why a client cannot run on this machine. */
export class LeftOut extends Error {}

/**
 * Runs a program of the machine with its environment, and returns what it prints.
 * @throws Error with the output if the program fails.
 */
export async function run(program: string, args: readonly string[], cwd = '.', env = {}): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await execute(program, args, options).catch((error: Error & { stderr: string }) => {
    const output = (error.stderr || error.message).trim().split('\n').slice(0, MAX_SHOWN_LINES).join('\n');
    throw new Error(`${program} ${args.slice(0, 3).join(' ')} failed: ${output}`);
  });
  return stdout.trim();
}

/**
 * Finds out the version of a program of the machine.
 * @throws LeftOut if the program is not there, or older than `least`.
 */
export async function requireVersion(name: string, args: readonly string[], least: string): Promise<string> {
  const output = await run(name, args).catch(() => {
    throw new LeftOut(`${name} ${args.join(' ')} does not run`);
  });
  const version = /\d+(\.\d+)+/.exec(output)?.[0] ?? '0';
  if (version.localeCompare(least, 'en', { numeric: true }) < 0) {
    throw new LeftOut(`${name} is ${version}, and it needs ${least}`);
  }
  return version;
}
