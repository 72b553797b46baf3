#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { createCommandLine } from './command-line.ts';

process.exitCode = await createCommandLine(process.env).run(process.argv.slice(2));
