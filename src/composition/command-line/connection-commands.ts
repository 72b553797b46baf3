import { type Command, Option } from 'commander';
import { userId } from '../../domain/ids.ts';
import type { Environment } from '../config/config.ts';
import { parseServerUrl, parseUser } from './arguments.ts';
import type { ConnectOptions } from './commands/connect.ts';
import type { ChangeOptions } from './confirm-changes.ts';
import { JSON_OPTION } from './person-options.ts';

export interface ConnectionCommandSettings {
  readonly env: Environment;
  readonly setExitCode: (isSuccessful: boolean) => void;
}

const addChangeOptions = (command: Command): Command =>
  command
    .option('--project [folder]', 'in the settings of one project, not in those of the user')
    .option('--dry-run', 'show what would be changed, and change nothing')
    .option('--yes', 'do not ask before the change');

/** Adds the commands that connect the coding agents of this machine. */
export function addConnectionCommands(
  program: Command,
  { env, setExitCode }: ConnectionCommandSettings,
): void {
  addChangeOptions(program.command('connect'))
    .description('connect coding agents of this machine: writes hooks and the MCP server into their settings')
    .argument('[agents...]', 'such as codex; without a name, all that are installed')
    .option('--remote <url>', 'a server elsewhere; you allow the access on its page', parseServerUrl)
    .option('--key-only', 'only make the key: a plugin of the agent does the rest')
    .option('--permission-tool', 'also the tool approve, for agents that ask before they act')
    .addOption(
      new Option('--steps <which>', 'which uses of tools become steps').choices(['all', 'edits', 'none']),
    )
    .option('--user <user>', 'whose agents they are, on a server of this machine', parseUser, userId('local'))
    .action(async (agents: string[], options: ConnectOptions) =>
      setExitCode(await (await import('./commands/connect.ts')).connectAgents(env, agents, options)),
    );

  addChangeOptions(program.command('disconnect'))
    .description('take back what connect has changed, and revoke its keys')
    .argument('[agents...]', 'such as codex; without a name, all that are connected')
    .action(async (agents: string[], options: ChangeOptions) =>
      setExitCode(await (await import('./commands/disconnect.ts')).disconnectAgents(env, agents, options)),
    );

  program
    .command('status')
    .description('say which coding agents are connected, and whether it works')
    .option(...JSON_OPTION)
    .action(async ({ json = false }: { json?: boolean }) =>
      setExitCode(await (await import('./commands/status.ts')).printStatus(env, { json })),
    );
}
