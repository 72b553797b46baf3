import { expect, test } from 'vitest';
import { findViolations, overflowOf } from './support/accessibility.ts';
import { Agent } from './support/agent.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

test.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
] as const)(
  'on a %s, what a remembered permission has allowed is a quiet line, as it is',
  async (_, device) => {
    const agent = new Agent(dashboard.server);
    await agent.step('Working');
    const content = `Allowed by “Yes, for this session (every Edit)”. Edit: **src**/${'a'.repeat(200)}.ts`;
    await agent.step(content, { message_metadata: { permission: 'remembered', use: '1' } });
    const page = await dashboard.openSignedIn({ ...device, colorScheme: 'dark' });
    await page.goto(`${dashboard.server.url}/#/instances/${agent.id}`);
    const line = page.locator('.quiet-line');
    await line.waitFor();
    expect(await line.locator('span').first().textContent()).toBe(content);
    expect(await findViolations(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
  },
);
