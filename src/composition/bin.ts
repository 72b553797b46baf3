#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { nodeTooOld } from './node-version.ts';

const refusal = nodeTooOld();
if (refusal !== null) {
  process.stderr.write(`${refusal}\n`);
  process.exit(1);
}
const { createCommandLine } = await import('./command-line/command-line.ts');

// Whoever reads our lines has seen enough: `| head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Not left to end by itself: a database that has fallen silent would hold it up.
process.exit(await createCommandLine(process.env).run(process.argv.slice(2)));
