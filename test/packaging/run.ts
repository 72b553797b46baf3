import { NodeProcess, type NodeProcessOptions } from '../support/servers/node-process.ts';

/**
 * Runs a Node script and returns its stdout.
 * @throws Error with stdout and stderr if the script fails.
 */
export async function run(args: readonly string[], options: NodeProcessOptions): Promise<string> {
  await using script = new NodeProcess(args, options);
  const { code } = await script.whenEnded;
  if (code !== 0) throw new Error(`ended with ${code}:\n${script.stdout}${script.stderr}`);
  return script.stdout;
}
