import type { Command } from 'commander';
import { parseUser } from './arguments.ts';

export const JSON_OPTION = ['--json', 'as JSON, for programs'] as const;

/** Adds the options of all commands that call a running server as a person. */
export const addPersonOptions = (command: Command): Command =>
  command
    .option('--base-url <url>', 'where the server is (AGENT_DASHBOARD_URL; else as the settings say)')
    .option(
      '--api-key <token>',
      'a token of scope dashboard (AGENT_DASHBOARD_API_KEY; else a short-lived one is made)',
    )
    .option('--user <user>', 'whose agents, when no token is given', parseUser)
    .option(...JSON_OPTION);
