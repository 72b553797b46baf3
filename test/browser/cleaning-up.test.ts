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
  'on a %s, silent agents are ended, ended ones deleted, and deleted ones restored',
  async (_, device) => {
    const agents = Array.from({ length: 3 }, () => new Agent(dashboard.server));
    for (const [nth, agent] of agents.entries()) await agent.step(`Task ${nth}`);
    const page = await dashboard.openSignedIn(device);
    // No agent of a test is silent for long enough.
    await page.route('**/agent-instances?status=STALE*', (route) =>
      route.continue({ url: route.request().url().replace('STALE', 'ACTIVE') }),
    );
    await page.getByRole('button', { name: 'Clean up…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Clean up' });
    await dialog.getByText('There are no such agents.').waitFor();
    expect(await dialog.getByRole('button', { name: 'End 0 agents' }).isDisabled()).toBe(true);
    await dialog.getByLabel('For at least').selectOption('any time');
    await dialog.getByText('Each agent is told to stop with its next call').waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await dialog.getByRole('button', { name: 'End 3 agents' }).click();
    await page.getByText('3 agents were ended.').waitFor();
    await page.getByRole('heading', { name: 'Ended 3' }).waitFor();
    expect((await agents[0]!.receiveAll(0)).stop_requested).not.toBeNull();

    await page.getByRole('button', { name: 'Clean up…' }).click();
    await dialog.getByLabel('What to do').selectOption('Delete agents that have ended');
    await dialog.getByLabel('For at least').selectOption('any time');
    await dialog.getByRole('button', { name: 'Delete 3 agents' }).click();
    await page.getByText('3 agents were deleted.').waitFor();
    await page.getByRole('link', { name: /Task/ }).first().waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Deleted agents…' }).click();
    const restore = page.getByRole('dialog').getByRole('button', { name: 'Restore claude-code' });
    await restore.nth(2).waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await restore.first().focus();
    await page.keyboard.press('Enter');
    await page.getByText('Restored claude-code.').waitFor();
    await restore.nth(2).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: /Task 2/ }).waitFor();
  },
);
