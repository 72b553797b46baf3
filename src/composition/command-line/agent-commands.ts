import { type Command, Option } from 'commander';
import type { FirstAnswer } from '../../adapters/mcp/stdio/first-answer.ts';
import type { AgentInstanceId } from '../../domain/ids.ts';
import type { Environment } from '../config/config.ts';
import type { HookOptions } from '../forward-hook.ts';
import { parseInstanceId, parsePermissionTimeout } from './arguments.ts';

interface McpCommandOptions {
  readonly baseUrl?: string;
  readonly apiKey?: string;
  readonly connection?: string;
  readonly agentInstanceId?: AgentInstanceId;
  readonly gitDiff?: boolean;
  readonly context: boolean;
  readonly permissionTool?: boolean;
  readonly permissionTimeout: number;
}

/**
 * Adds the commands that coding agents run themselves.
 * @param firstAnswer reads stdin for the command `mcp` already.
 */
export function addAgentCommands(program: Command, env: Environment, firstAnswer: FirstAnswer | null): void {
  program
    .command('mcp')
    .description('run an MCP server on stdin and stdout for one agent; it reports to a running server')
    .option('--base-url <url>', 'where the server is (AGENT_DASHBOARD_URL, else http://127.0.0.1:8080)')
    .option('--api-key <token>', 'a token of scope agent (AGENT_DASHBOARD_API_KEY)')
    .option('--connection <agent>', 'use what connect has stored for this agent, or in this file')
    .option('--agent-instance-id <id>', 'continue this agent instance, a UUID', parseInstanceId)
    .option('--git-diff', 'send with each step the changes in the current repository since the start')
    .option('--no-context', 'do not send the names of the machine, folder, repository, branch and terminal')
    .option('--permission-tool', 'offer the tool approve, for agents that ask before they act')
    .addOption(
      new Option(
        '--permission-timeout <duration>',
        'how long approve waits for your answer; after that the answer is no',
      )
        .argParser(parsePermissionTimeout)
        .default(3_600, '1h'),
    )
    .action(async (options: McpCommandOptions) =>
      (await import('./commands/mcp.ts')).mcp(
        env,
        {
          baseUrl: options.baseUrl ?? null,
          apiKey: options.apiKey ?? null,
          connection: options.connection ?? null,
          agentInstanceId: options.agentInstanceId ?? null,
          gitDiff: options.gitDiff === true,
          context: options.context,
          permissionSeconds: options.permissionTool ? options.permissionTimeout : null,
        },
        firstAnswer,
      ),
    );

  // Before anything else is loaded, bin.ts runs this command itself.
  program
    .command('hook <agent>')
    .description('send an event of a coding agent from stdin to a running server, and print its answer')
    .option('--base-url <url>', 'where the server is (AGENT_DASHBOARD_URL, else http://127.0.0.1:8080)')
    .option('--api-key <token>', 'a token of scope agent (AGENT_DASHBOARD_API_KEY)')
    .option('--connection <agent>', 'use what connect has stored for this agent, or in this file')
    .option('--steps <which>', 'which uses of tools become steps: all, edits or none')
    .option('--timeout <seconds>', 'the time-out of the hook in the agent, if it is not the usual one')
    .option('--stay', 'the end of a turn waits for what you write next')
    .option('--check', 'send nothing but a test, and say what is wrong')
    .addHelpText(
      'after',
      '\nThe exit code is 0, and nothing is printed if anything goes wrong, but for --check.',
    )
    .action(async (agent: string, { check = false, ...options }: HookOptions & { check?: boolean }) => {
      const { checkHook, forwardHook } = await import('../forward-hook.ts');
      await (check ? checkHook(agent, options, env) : forwardHook(agent, options, env, process));
    });
}
