import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { DESKTOP, PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';
import { createSampleAgents } from './support/sample-agents.ts';

const dashboard = Dashboard.forTests();
/** Run by `page.evaluate`: the page's Content-Security-Policy forbids inline script elements. */
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Returns everything that axe reports, whatever its impact. */
async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } };
    interface AxeViolation {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly html: string }[];
    }
    const found = await axe.run();
    return found.violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
  });
}

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
    ] as const) {
      await page.goto(`${dashboard.server.url}/${fragment}`);
      await page.getByRole('region', { name: 'Details' }).getByText(visibleText).waitFor();
      expect(await findViolations(page)).toEqual([]);
      const overflow = await page.evaluate(
        ({ documentElement: { scrollWidth, clientWidth } } = document) => scrollWidth - clientWidth,
      );
      expect(overflow).toBe(0);
    }
    await page.goto(`${dashboard.server.url}/#/instances/${askingId}`);
    await page.getByRole('button', { name: 'Rename, end or delete' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await findViolations(page)).toEqual([]);
  });
});
