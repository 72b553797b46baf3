import type { Command } from 'commander';
import type { Environment } from '../config/config.ts';
import { parseName } from './arguments.ts';
import type * as notify from './commands/notify.ts';
import type { NotifyOptions } from './commands/notify.ts';
import { addPersonOptions } from './person-options.ts';

export interface NotifyCommandSettings {
  readonly env: Environment;
  readonly load: () => Promise<typeof notify>;
  readonly setExitCode: (isSuccessful: boolean) => void;
}

/** Adds the commands by which people set up where they are notified. */
export function addNotifyCommands(program: Command, { env, load, setExitCode }: NotifyCommandSettings): void {
  const notifyCommand = program.command('notify').description('where you are notified of questions');

  addPersonOptions(notifyCommand.command('list'))
    .description('list your destinations, or the channels that there are')
    .action(async (options: NotifyOptions) => (await load()).listDestinations(env, options));
  addPersonOptions(notifyCommand.command('add'))
    .description('add a destination; your agents’ questions reach it from then on')
    .argument('<channel>', 'for example ntfy')
    .argument('[settings...]', 'what the channel needs, as name=value')
    .option('--name <name>', 'what to call it', parseName)
    .action(async (channel: string, settings: string[], options: NotifyOptions & { name?: string }) =>
      (await load()).addDestination(env, channel, settings, options),
    );
  addPersonOptions(notifyCommand.command('test'))
    .description('send a test to a destination, and wait until you have tapped its button')
    .argument('[destination]', 'its id, a start or end of it, or its name; not needed if there is only one')
    .action(async (idOrName: string | undefined, options: NotifyOptions) =>
      setExitCode(await (await load()).testDestination(env, idOrName ?? null, options)),
    );
  addPersonOptions(notifyCommand.command('remove'))
    .description('remove a destination')
    .argument('<destination>', 'its id, a start or end of it, or its name')
    .action(async (idOrName: string, options: NotifyOptions) =>
      (await load()).removeDestination(env, idOrName, options),
    );
}
