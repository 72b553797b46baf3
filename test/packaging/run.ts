import { NodeProcess, type NodeProcessOptions } from '../support/servers/node-process.ts';

/**
 * Runs a script to its end in the project, and returns what it printed.
 * @throws Error with everything it printed, if it fails.
 */
export async function run(args: readonly string[], options: NodeProcessOptions): Promise<string> {
  await using script = new NodeProcess(args, options);
  const { code } = await script.ended;
  if (code !== 0) throw new Error(`ended with ${code}:\n${script.stdout}${script.stderr}`);
  return script.stdout;
}
