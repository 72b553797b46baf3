import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from '../../demo/agent.ts';
import { playStory } from '../../demo/story.ts';
import { readConfig } from '../../src/composition/config/config.ts';
import { createLogger } from '../../src/composition/logger.ts';
import { startServer } from '../../src/composition/server/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { DESKTOP, launchBrowser, PHONE, signIn } from './support/browser.ts';
import { createSampleAgents } from './support/sample-agents.ts';
import { TokenIssuer } from './support/token-issuer.ts';

/** Pictures of the page for the documents: `node test/browser/screenshots.ts [folder]`. */
const target = process.argv[2] ?? join(import.meta.dirname, '../../docs/screenshots');
await mkdir(target, { recursive: true });
await using folder = await temporaryFolder();
const env = { DATA_DIR: join(folder.path, 'data'), MCP_SERVER_PORT: '0', LOG_LEVEL: 'silent' };
const config = readConfig(env);
const server = await startServer(config, createLogger(config.logLevel));
await using desk = await TokenIssuer.open(env);
const served = {
  url: server.url,
  agentToken: await desk.issue('local', 'agent'),
  dashboardToken: await desk.issue('local', 'dashboard'),
};

await createSampleAgents(served);
const demo = new Agent({ url: served.url, token: served.agentToken });
// It waits for its answer while the pictures are taken, and the server that stops leaves it without one.
const played = playStory(demo, { say: () => {}, pause: async () => {} }).catch(() => null);

const browser = await launchBrowser();
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, device] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    const context = await browser.newContext({ locale: 'en-GB', ...device, colorScheme });
    const page = await context.newPage();
    await signIn(page, served);
    await page.getByRole('link', { name: /Fix the flaky checkout test/ }).click();
    await page.getByRole('button', { name: 'Freeze the time in the test' }).waitFor();
    await page.getByText('The agent is waiting for your answer now.').waitFor();
    await page.getByRole('log').getByRole('table').waitFor();
    await page.screenshot({ path: join(target, `${name}-${colorScheme}.png`) });
    await context.close();
  }
}
await browser.close();
await server.stop();
await played;
