import { fileURLToPath } from 'node:url';
import { type Exit, NodeProcess, type NodeProcessOptions } from './node-process.ts';

/** The command `agent-dashboard` in the source tree. */
export const BIN = fileURLToPath(new URL('../../../src/composition/bin.ts', import.meta.url));

/**
 * The same, as arguments of Node. Without the optimizing compiler for WebAssembly, which is of use after some
 * seconds only, a server starts with a fifth less processor time.
 */
export const COMMAND = ['--liftoff-only', BIN];

/**
 * How long a command may run before it is killed. Every command that ends by itself is faster, also on a busy
 * machine. A command that starts a server by mistake would never end.
 */
const MAX_RUN_MS = 120_000;

export interface CommandResult extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command `agent-dashboard` with these arguments, and waits until it has ended. */
export async function runAgentDashboard(
  args: readonly string[],
  env: NonNullable<NodeProcessOptions['env']> = {},
  options: Omit<NodeProcessOptions, 'env'> = {},
): Promise<CommandResult> {
  await using command = new NodeProcess([...COMMAND, ...args], { env, ...options });
  const timer = setTimeout(() => command.signal('SIGKILL'), MAX_RUN_MS);
  const exit = await command.whenEnded;
  clearTimeout(timer);
  return { ...exit, stdout: command.stdout, stderr: command.stderr };
}

/** Issues a token with `token issue`. */
export async function issueToken(
  env: NonNullable<NodeProcessOptions['env']>,
  ...options: readonly string[]
): Promise<string> {
  const { code, stdout, stderr } = await runAgentDashboard(['token', 'issue', ...options], env);
  if (code !== 0) throw new Error(`token issue failed: ${stderr}`);
  return stdout.trim();
}
