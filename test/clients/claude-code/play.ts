import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { EXECUTABLE, launchBrowser, PHONE, signIn } from '../../browser/support/browser.ts';
import { BIN } from '../../support/servers/agent-dashboard.ts';
import { installNodePackage } from '../install/node-package.ts';
import { LeftOut, run } from '../install/run.ts';
import { ClientProcess } from '../session/client-process.ts';
import { DashboardServer } from '../session/dashboard-server.ts';
import { StandInModel } from './stand-in-model.ts';

/** Installs Claude Code. Its package has the program, and an install script that puts it into its place. */
export async function installClaudeCode(): Promise<(emptyData: string) => Promise<void>> {
  if (!existsSync(EXECUTABLE)) throw new LeftOut(`${EXECUTABLE} is not there`);
  const PACKAGE = 'node_modules/@anthropic-ai/claude-code';
  const folder = await installNodePackage('claude-code', (target) =>
    run(process.execPath, [join(target, PACKAGE, 'install.cjs')], target),
  );
  return (emptyData) => playPermissions(join(folder, PACKAGE, 'bin/claude.exe'), emptyData);
}

/**
 * Lets Claude Code ask the person twice whether it may run a command. The person taps No, then Yes, on the
 * page.
 */
async function playPermissions(program: string, emptyData: string): Promise<void> {
  await using server = await DashboardServer.start(emptyData);
  await using browser = await launchBrowser();
  const page = await browser.newPage({ locale: 'en-GB', ...PHONE });
  // Claude Code takes long to start on a busy machine.
  page.setDefaultTimeout(300_000);
  await signIn(page, server);
  for (const [answer, outcome] of [
    ['No', 'denied'],
    ['Yes', 'ran'],
  ] as const) {
    const made = join(server.folder, `made-after-${answer}`);
    await using model = await StandInModel.start(`mkdir ${made}`);
    await using claude = await startClaudeCode(program, server, model);
    await tapAnswer(page, answer);
    const exit = await claude.end();
    if (exit !== '0' || model.outcome !== outcome || existsSync(made) !== (outcome === 'ran')) {
      const facts = { exit, outcome: model.outcome, commandRan: existsSync(made) };
      throw new Error(`after ${answer}: ${JSON.stringify(facts)}\n${claude.complaints}`);
    }
  }
  const asked = 'AGENT asks: May I use Bash? (answered)';
  await server.requireStored([asked, 'USER: No', 'ACTIVE'], [asked, 'USER: Yes', 'ACTIVE']);
}

async function startClaudeCode(program: string, server: DashboardServer, model: StandInModel) {
  const folder = join(server.folder, 'work');
  const config = join(server.folder, 'mcp.json');
  await mkdir(folder, { recursive: true });
  const bridge = {
    command: process.execPath,
    args: [BIN, 'mcp', '--permission-tool'],
    env: { AGENT_DASHBOARD_URL: server.url, AGENT_DASHBOARD_API_KEY: server.agentToken },
  };
  await writeFile(config, JSON.stringify({ mcpServers: { 'agent-dashboard': bridge } }));
  const permissions = ['--permission-prompt-tool', 'mcp__agent-dashboard__approve'];
  return new ClientProcess(
    { program, args: ['-p', 'Make a folder', ...permissions, '--mcp-config', config], folder },
    {
      HOME: server.folder,
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: 'not-a-key',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      // It waits for the tools before it begins, also on a busy machine.
      MCP_CONNECTION_NONBLOCKING: '0',
      MCP_TIMEOUT: '60000',
    },
  );
}

async function tapAnswer(page: Page, answer: string): Promise<void> {
  await page.getByRole('link', { name: /May I use Bash/ }).tap();
  await page.getByRole('button', { name: answer, exact: true }).tap();
  await page.getByText(/picked up \d/).waitFor();
  await page.getByRole('link', { name: 'All agents' }).tap();
}
