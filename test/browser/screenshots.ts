import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DESKTOP, launchBrowser, PHONE, signedIn } from './support/browser.ts';
import { FakeServer } from './support/fake-server.ts';
import { playScene } from './support/scene.ts';

/** Pictures of the page for the documents: `node test/browser/screenshots.ts [folder]`. */
const folder = process.argv[2] ?? join(import.meta.dirname, '../../docs/screenshots');
await mkdir(folder, { recursive: true });
const server = new FakeServer();
await server.start();
const scene = await playScene(server);
const browser = await launchBrowser();
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, device] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    const { context, page } = await signedIn(browser, server.signInLink(), { ...device, colorScheme });
    const shoot = (what: string) =>
      page.screenshot({ path: join(folder, `${name}-${colorScheme}-${what}.png`) });
    await page.getByText('Which database').first().waitFor();
    await shoot('list');
    await page.goto(`${server.url}/#/instances/${scene.asking}`);
    await page.getByRole('button', { name: 'PostgreSQL 18' }).waitFor();
    await shoot('question');
    await page.goto(`${server.url}/#/instances/${scene.asking}/changes`);
    await page.getByText('db.ts').first().waitFor();
    await shoot('changes');
    await page.goto(`${server.url}/#/keys`);
    await page.getByRole('heading', { name: 'API keys' }).waitFor();
    await shoot('keys');
    await context.close();
  }
}
await browser.close();
await server.stop();
