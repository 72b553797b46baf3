import { describe, expect, test } from 'vitest';
import { findViolations, overflowOf } from './support/accessibility.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';
import { createSampleAgents } from './support/sample-agents.ts';

const dashboard = Dashboard.forTests();
describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.each([
    ['phone', PHONE],
    ['desktop', DESKTOP],
  ] as const)('every view on a %s is accessible, and is not wider than the screen', async (_name, device) => {
    const { askingId } = await createSampleAgents(dashboard.server);
    const signIn = await dashboard.openSignedOut({ ...device, colorScheme });
    await signIn.goto(dashboard.server.url);
    await signIn.getByLabel('Dashboard token').waitFor();
    expect(await findViolations(signIn)).toEqual([]);
    const page = await dashboard.openSignedIn({ ...device, colorScheme });
    await page.getByRole('link', { name: /Which database/ }).waitFor();
    expect(await findViolations(page)).toEqual([]);
    for (const [fragment, visibleText] of [
      [`#/instances/${askingId}`, 'PostgreSQL 18'],
      [`#/instances/${askingId}/changes`, 'src/store/db.ts'],
      ['#/keys', 'Create key'],
      ['#/notifications', 'In this browser, while the page is open'],
    ] as const) {
      await page.goto(`${dashboard.server.url}/${fragment}`);
      await page.getByRole('region', { name: 'Details' }).getByText(visibleText).waitFor();
      expect(await findViolations(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    }
    await page.goto(`${dashboard.server.url}/#/instances/${askingId}`);
    await page.getByRole('button', { name: 'Rename, end or delete' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await findViolations(page)).toEqual([]);
  });
});
