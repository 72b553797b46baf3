#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import type { FirstAnswer } from '../adapters/mcp/stdio/first-answer.ts';
import { nodeTooOldMessage } from './node-version.ts';

const args = process.argv.slice(2);
const isForPeople = args.some((arg) => ['--help', '-h', '--check'].includes(arg));
const isHook = args[0] === 'hook' && !isForPeople;
const nodeMessage = nodeTooOldMessage();
if (nodeMessage !== null) {
  // For a coding agent, an exit code or a text of its hook is a decision.
  if (isHook) process.exit(0);
  process.stderr.write(`${nodeMessage}\n`);
  process.exit(1);
}
if (isHook) {
  const { forwardHook, readHookArguments } = await import('./forward-hook.ts');
  await forwardHook(...readHookArguments(args.slice(1)), process.env, process);
  process.exit(0);
}
const firstAnswer = args[0] === 'mcp' && hasToken() ? await answerFirst() : null;
const { createCommandLine } = await import('./command-line/command-line.ts');

// EPIPE means that the reader has closed the pipe early, as `| head` does.
let outputError: NodeJS.ErrnoException | null = null;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') outputError ??= error;
});

const exitCode = await createCommandLine(process.env, firstAnswer).run(args);
// Without this call, a database that does not answer would keep the process alive.
process.exit(exitCode === 0 ? await outputExitCode() : exitCode);

/** Says whether everything was written to stdout. */
async function outputExitCode(): Promise<number> {
  // The errors of earlier writes are reported before this callback.
  await new Promise((resolve) => process.stdout.write('', resolve));
  if (outputError === null) return 0;
  process.stderr.write(`agent-dashboard: The output could not be written (${outputError.message})\n`);
  return 1;
}

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
    (process.env.AGENT_DASHBOARD_API_KEY ?? '') !== '' ||
    args.some((arg) => arg.startsWith('--api-key') || arg.startsWith('--connection'))
  );
}
