#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { nodeTooOldMessage } from './node-version.ts';

const nodeMessage = nodeTooOldMessage();
if (nodeMessage !== null) {
  process.stderr.write(`${nodeMessage}\n`);
  process.exit(1);
}
const { createCommandLine } = await import('./command-line/command-line.ts');

// EPIPE means that the reader has closed the pipe early, as `| head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Without this call, a database that does not answer would keep the process alive.
process.exit(await createCommandLine(process.env).run(process.argv.slice(2)));
