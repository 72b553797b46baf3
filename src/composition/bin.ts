#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { createCommandLine } from './command-line.ts';

// Not left to end by itself: a database that has fallen silent would hold it up.
process.exit(await createCommandLine(process.env).run(process.argv.slice(2)));
