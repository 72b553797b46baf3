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
const { asking } = await playScene(server);
const browser = await launchBrowser();
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, device] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    const page = await signedIn(browser, server, { ...device, colorScheme });
    await page.goto(`${server.url}/#/instances/${asking}`);
    await page.getByRole('button', { name: 'PostgreSQL 18' }).waitFor();
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    await page.context().close();
  }
}
await browser.close();
await server.stop();
