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

/** Takes the screenshots for the documentation: `node test/browser/screenshots.ts [folder]`. */
const targetFolder = process.argv[2] ?? join(import.meta.dirname, '../../docs/screenshots');
await mkdir(targetFolder, { recursive: true });
await using folder = await temporaryFolder();
const env = { DATA_DIR: join(folder.path, 'data'), MCP_SERVER_PORT: '0', LOG_LEVEL: 'silent' };
const config = readConfig(env);
const server = await startServer(config, createLogger(config.logLevel));
await using tokenIssuer = await TokenIssuer.open(env);
const access = {
  url: server.url,
  agentToken: await tokenIssuer.issue('local', 'agent'),
  dashboardToken: await tokenIssuer.issue('local', 'dashboard'),
};

await createSampleAgents(access);
const demo = new Agent({ url: access.url, token: access.agentToken });
// The demo waits for an answer while the screenshots are taken. It fails when the server stops.
const demoEnd = playStory(demo, { say: () => {}, pause: async () => {} }).catch(() => null);

const browser = await launchBrowser();
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, device] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    const context = await browser.newContext({ locale: 'en-GB', ...device, colorScheme });
    const page = await context.newPage();
    await signIn(page, access);
    await page.getByRole('link', { name: /Fix the flaky checkout test/ }).click();
    await page.getByRole('button', { name: 'Freeze the time in the test' }).waitFor();
    await page.getByText('The agent is waiting for your answer now.').waitFor();
    await page.getByRole('log').getByRole('table').waitFor();
    await page.screenshot({ path: join(targetFolder, `${name}-${colorScheme}.png`) });
    await context.close();
  }
}
await browser.close();
await server.stop();
await demoEnd;
