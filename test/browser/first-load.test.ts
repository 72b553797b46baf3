import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';
import { printMeasurement } from './support/print-measurement.ts';

const dashboard = Dashboard.forTests();
const MAX_BYTES = 100_000;

test('the first load of a page with an open question transfers less than 100 KB of code', async () => {
  const agent = new Agent(dashboard.server);
  await agent.ask('Go **on**? [YES/NO]');
  const page = await dashboard.openSignedIn(PHONE);
  // A new document, loaded without the browser's cache.
  await page.goto('about:blank');
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Network.enable');
  await devTools.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(`${dashboard.server.url}/#/instances/${agent.id}`);
  await page.getByRole('button', { name: 'Yes' }).waitFor();
  await page.getByRole('log').locator('strong').waitFor();
  const { bytes, files, interactive } = await page.evaluate(() => {
    const loaded = [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ];
    const codeFiles = (loaded as PerformanceResourceTiming[]).filter(({ name }) => !name.includes('/api/'));
    return {
      bytes: codeFiles.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      files: codeFiles.length,
      interactive: performance.now(),
    };
  });
  printMeasurement(
    `first load: ${bytes} bytes in ${files} files; ready for an answer after ${Math.round(interactive)} ms`,
  );
  expect(files).toBeGreaterThanOrEqual(3);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(MAX_BYTES);
});
