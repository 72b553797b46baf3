import { describe, expect, test } from 'vitest';
import { SSE, STREAMABLE } from '../adapters/mcp/clients.ts';
import { stablePort } from '../prove/support/stable-port.ts';
import { PathProxy } from '../support/servers/path-proxy.ts';
import { Agent } from './support/agent.ts';
import { pasteToken, signIn } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

describe.each(['strips its path', 'keeps its path'] as const)('behind a proxy that %s', (handling) => {
  async function startBehindProxy(path = '/team/agents') {
    await using stack = new AsyncDisposableStack();
    const proxy = stack.use(await PathProxy.start(path, handling));
    proxy.upstreamPort = await stablePort();
    const running = stack.use(
      await dashboard.startOtherServer({ PUBLIC_URL: proxy.url, MCP_SERVER_PORT: `${proxy.upstreamPort}` }),
    );
    const kept = stack.move();
    return {
      running,
      ownUrl: `http://127.0.0.1:${proxy.upstreamPort}`,
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  }

  test('people sign in, answer and sign out, and MCP clients of every kind ask, below the path of PUBLIC_URL', async () => {
    await using at = await startBehindProxy();
    const { url, agentToken, dashboardToken } = at.running;
    const page = await dashboard.openSignedOut();
    const outside: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(`${url}/`) && request.url() !== url) outside.push(request.url());
    });
    await page.goto(/Open: +(\S+)/.exec(at.running.process.stdout)![1]!);
    await page.getByRole('region', { name: 'Details' }).getByText(`${url}/mcp`).first().waitFor();
    for (const kind of [STREAMABLE, SSE]) {
      await using agent = await kind.connect(url, { token: agentToken, clientName: 'claude-code' });
      const answered = agent.call('ask_question', { question_text: 'Which? [YES/NO]', wait_seconds: 30 });
      await page
        .getByRole('link', { name: /Which\?/ })
        .first()
        .click();
      await page.getByText('The agent is waiting for your answer now.').waitFor();
      await page.getByRole('button', { name: 'Yes' }).click();
      expect((await answered).structuredContent).toMatchObject({ answer: 'Yes' });
      await page.getByText(/picked up \d/).waitFor();
      await page.goto(`${url}/#/`);
    }
    await page.goto(`${url}/docs`);
    await page.locator('openapi-explorer').getByText('/api/v1/messages/agent').first().waitFor();
    // Without a slash at the end, too.
    await page.goto(`${url}#/keys`);
    await page.getByRole('button', { name: /Sign out/ }).click();
    await pasteToken(page, dashboardToken);
    await page.getByRole('navigation', { name: 'Agents' }).waitFor();
    expect(outside).toEqual([]);
  });

  test('the page can also be opened at the server’s own address', async () => {
    await using at = await startBehindProxy('/agents');
    const access = { ...at.running, url: at.ownUrl };
    const page = await dashboard.openSignedOut();
    await signIn(page, access);
    await new Agent(access).step('Hello');
    await page.getByRole('link', { name: /Hello/ }).waitFor();
  });
});
