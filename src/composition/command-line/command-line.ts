import { Command, CommanderError, Option } from 'commander';
import { KEY_KINDS, type KeyKind } from '../../adapters/jwt/keys/keys.ts';
import type { FirstAnswer } from '../../adapters/mcp/stdio/first-answer.ts';
import { type AgentInstanceId, type UserId, userId } from '../../domain/ids.ts';
import { joinLines } from '../../domain/text/lines.ts';
import { plainLine } from '../../domain/text/plain-text.ts';
import type { ApiKeyId, Scope } from '../../domain/user/api-key.ts';
import type { Environment } from '../config/config.ts';
import { ConfigError, UsageError } from '../errors.ts';
import { packageInfo } from '../package-info.ts';
import { typedCommand } from '../typed-command.ts';
import { addAgentCommands } from './agent-commands.ts';
import {
  parseDuration,
  parseInstanceId,
  parseKeyId,
  parseName,
  parseStartOfId,
  parseUser,
} from './arguments.ts';
import type { ReplyOptions } from './commands/reply.ts';
import type { StopOptions } from './commands/stop.ts';
import type { WatchOptions } from './commands/watch.ts';
import { addConnectionCommands } from './connection-commands.ts';
import { addNotifyCommands } from './notify-commands.ts';
import { addPersonOptions, JSON_OPTION } from './person-options.ts';

/** The exit codes: success, failure, wrong use of the command line. */
const EXIT_CODES = { ok: 0, failed: 1, usage: 2 } as const;

interface JsonOption {
  readonly json?: boolean;
}

/** Each command is loaded only when it is called, because some libraries take long to load. */
const commands = {
  keys: () => import('./commands/generate-keys.ts'),
  link: () => import('./commands/link.ts'),
  migrate: () => import('./commands/migrate.ts'),
  notify: () => import('./commands/notify.ts'),
  serve: () => import('./commands/serve.ts'),
  reply: () => import('./commands/reply.ts'),
  stop: () => import('./commands/stop.ts'),
  tokens: () => import('./commands/tokens.ts'),
  users: () => import('./commands/users.ts'),
  watch: () => import('./commands/watch.ts'),
};

export interface CommandLine {
  /** Runs a command. Writes an error as one line to stderr. @returns the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/**
 * Makes the command `agent-dashboard`. It writes results to stdout, and errors, progress and logs to stderr.
 * @param firstAnswer reads stdin for the command `mcp` already.
 */
export function createCommandLine(env: Environment, firstAnswer: FirstAnswer | null = null): CommandLine {
  let exitCode: number = EXIT_CODES.ok;
  const setExitCode = (isSuccessful: boolean): void => {
    if (!isSuccessful) exitCode = EXIT_CODES.failed;
  };
  // Help and errors show the command as the person can type it here.
  const program = new Command(typedCommand('').trimEnd())
    .description('AI coding agents report their steps here, ask questions and get your answers.')
    .version(packageInfo.version)
    // Otherwise an id that begins with -V would print the version.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'agent-dashboard: ')),
    })
    .addHelpText('beforeAll', ({ error, command }) =>
      error
        ? `agent-dashboard: say what to do: ${command.commands.map((each) => each.name()).join(', ')}\n`
        : '',
    );

  program
    .command('serve')
    .description(
      'update the database schema and start the server; print its address, an agent token and a dashboard token',
    )
    .action(async () => (await commands.serve()).serve(env));

  program
    .command('link')
    .description('print a new link that signs a browser in to the page; the server must be running')
    .option('--user <user>', 'who is signed in', parseUser, userId('local'))
    .action(async ({ user }: { user: UserId }) => (await commands.link()).printLink(env, user));

  program
    .command('migrate')
    .description('bring the schema of the database up to date')
    .option('--check', 'change nothing; say what is missing, and exit with 1 if anything is')
    .option(...JSON_OPTION)
    .action(async ({ check = false, json = false }: { check?: boolean } & JsonOption) => {
      const { migrate } = await commands.migrate();
      setExitCode(await migrate(env, { check, json }));
    });

  program
    .command('keys')
    .description('signing keys')
    .command('generate')
    .description('print a new pair as JWT_PRIVATE_KEY=… and JWT_PUBLIC_KEY=…')
    .addOption(new Option('--alg <algorithm>').choices(KEY_KINDS).default('ed25519'))
    .option(...JSON_OPTION)
    .action(async ({ alg, json = false }: { alg: KeyKind } & JsonOption) =>
      (await commands.keys()).generateKeys({ alg, json }),
    );

  const tokenCommand = program
    .command('token')
    .description('tokens for agents and people, whether the server runs or not');

  tokenCommand
    .command('issue')
    .description('print a new token, and nothing else, on stdout')
    .requiredOption('--user <user>', 'whose agents it is for', parseUser)
    .addOption(new Option('--scope <scope>').choices(['agent', 'dashboard']).default('agent'))
    .option('--name <name>', 'its name in lists', parseName, 'command line')
    .option(
      '--expires <duration>',
      'for example 90d, 12h or 30m; without it the token never expires',
      parseDuration,
    )
    .option('--instance <id>', 'limit it to one agent instance, a UUID', parseInstanceId)
    .action(async (options: IssueOptions) =>
      (await commands.tokens()).issueToken(env, {
        userId: options.user,
        name: options.name,
        scope: options.scope,
        agentInstanceId: options.instance ?? null,
        expiresInSeconds: options.expires ?? null,
      }),
    );
  tokenCommand
    .command('list')
    .description('list the issued tokens: id, user, scope, name, dates; never the token itself')
    .option('--all', 'also tokens that are revoked or have expired')
    .option('--json', 'as JSON, for programs; always all tokens')
    .action(async ({ all = false, json = false }: { all?: boolean } & JsonOption) =>
      (await commands.tokens()).listTokens(env, { all, json }),
    );
  tokenCommand
    .command('revoke')
    .argument('<id>', 'the id of the token, as token list prints it', parseKeyId)
    .description('make every server refuse a token, within 5 seconds')
    // The id of an imported token may begin with a hyphen.
    .allowUnknownOption()
    .option(...JSON_OPTION)
    .action(async (id: ApiKeyId, { json = false }: JsonOption) =>
      setExitCode(await (await commands.tokens()).revokeToken(env, id, { json })),
    );
  tokenCommand
    .command('import <file>')
    .description('record tokens that your keys have signed elsewhere, one per line; - is stdin')
    .option(...JSON_OPTION)
    .action(async (file: string, { json = false }: JsonOption) =>
      setExitCode(await (await commands.tokens()).importTokens(env, file, { json })),
    );

  addAgentCommands(program, env, firstAnswer);
  addConnectionCommands(program, { env, setExitCode });

  const userCommand = program.command('user').description("a user's data, whether the server runs or not");

  userCommand
    .command('export')
    .description('write all data of a user as lines of JSON')
    .requiredOption('--user <user>', 'the user whose data are written', parseUser)
    .option('--output <file>', 'the file to write; - is stdout', '-')
    .action(async (options: { user: UserId; output: string }) =>
      (await commands.users()).exportUser(env, options),
    );
  userCommand
    .command('delete')
    .description('delete all data of a user, tokens included')
    .requiredOption('--user <user>', 'the user whose data are deleted', parseUser)
    .option('--yes', 'do not ask for confirmation')
    .option(...JSON_OPTION)
    .action(async ({ user, yes = false, json = false }: { user: UserId; yes?: boolean; json?: boolean }) =>
      setExitCode(await (await commands.users()).deleteUser(env, { user, yes, json })),
    );

  addPersonOptions(program.command('watch'))
    .description('show your agents and what they do, those that wait for you first; ends with Ctrl-C')
    .option('--instance <id>', 'show only this agent instance: its id, or the start of it', parseStartOfId)
    .action(async (options: WatchOptions) => setExitCode(await (await commands.watch()).watch(env, options)));

  addPersonOptions(program.command('reply'))
    .description("answer an agent's open question, or send it a message")
    .argument('<instance>', "the agent instance's id, or the start of it", parseStartOfId)
    .argument('[answer]', 'your answer, or the number of an option (2; several: 1,3); else read from stdin')
    .option('--option <number>', 'the number of an option; several: 1,3', collect)
    .option('--text <text>', 'an answer that is no number of an option, whatever it looks like')
    .option('--field <name=value>', 'a field of a form, once for each field; several values: a,b', collect)
    .addHelpText(
      'after',
      '\nThe exit code is 1 when somebody else answers first, or the answer does not fit the question.',
    )
    .action(async (idOrStart: string, answer: string | undefined, options: ReplyOptions) =>
      setExitCode(await (await commands.reply()).reply(env, idOrStart, answer ?? null, options)),
    );

  addPersonOptions(program.command('stop'))
    .description('ask an agent to stop; it learns of it with the next answer that it gets')
    .argument('[instance]', "the agent instance's id, or the start of it", parseStartOfId)
    .option('--all', 'all your agents that have not ended')
    .option('--reason <text>', 'why; the agent gets it')
    .action(async (idOrStart: string | undefined, options: StopOptions) =>
      (await commands.stop()).stop(env, idOrStart ?? null, options),
    );

  addNotifyCommands(program, { env, load: commands.notify, setExitCode });

  addUsageAfterErrors(program);
  return {
    async run(args) {
      try {
        await program.parseAsync(args, { from: 'user' });
        return exitCode;
      } catch (error) {
        // Commander has printed its own message already.
        if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
        const lines = error instanceof ConfigError ? error.problems : [explain(error)];
        for (const line of lines) process.stderr.write(`agent-dashboard: ${plainLine(line)}\n`);
        return error instanceof UsageError ? EXIT_CODES.usage : EXIT_CODES.failed;
      }
    },
  };
}

/** Lets each command end an error about its arguments with how it is used. */
function addUsageAfterErrors(command: Command): void {
  const usage = `Usage: ${command.createHelp().commandUsage(command)}`;
  command.showHelpAfterError(`${usage}\nMore: --help`);
  for (const each of command.commands) addUsageAfterErrors(each);
}

/** Collects the values of an option that can be given several times. */
const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

interface IssueOptions {
  readonly user: UserId;
  readonly scope: Scope;
  readonly name: string;
  readonly expires?: number;
  readonly instance?: AgentInstanceId;
}

/**
 * Makes one line for a person from an error. The error may contain text of another server, so the line is
 * made safe for a terminal later.
 */
function explain(error: unknown): string {
  const { message, cause } = error as Error;
  const reason = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : '';
  return joinLines(`${message}${reason}`, ' ');
}
