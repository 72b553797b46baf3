#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import type { FirstAnswer } from '../adapters/mcp/stdio/first-answer.ts';
import { nodeTooOldMessage } from './node-version.ts';

const nodeMessage = nodeTooOldMessage();
if (nodeMessage !== null) {
  process.stderr.write(`${nodeMessage}\n`);
  process.exit(1);
}
const args = process.argv.slice(2);
const firstAnswer = args[0] === 'mcp' && hasToken() ? await answerFirst() : null;
const { createCommandLine } = await import('./command-line/command-line.ts');

// EPIPE means that the reader has closed the pipe early, as `| head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Without this call, a database that does not answer would keep the process alive.
process.exit(await createCommandLine(process.env, firstAnswer).run(args));

/** An MCP client waits for its first answer, so nothing else is loaded before that. */
async function answerFirst(): Promise<FirstAnswer> {
  const { FirstAnswer: OnStreams } = await import('../adapters/mcp/stdio/first-answer.ts');
  const { packageInfo } = await import('./package-info.ts');
  const answer = new OnStreams(packageInfo, process);
  await answer.done;
  return answer;
}

/** Without a token the command fails at once. It must not answer before that. */
function hasToken(): boolean {
  return (
    (process.env.AGENT_DASHBOARD_API_KEY ?? '') !== '' || args.some((arg) => arg.startsWith('--api-key'))
  );
}
