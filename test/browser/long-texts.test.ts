import type { Locator } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';
import { DashboardClient } from './support/dashboard-client.ts';

const dashboard = Dashboard.forTests();

const NAMES = {
  words: 'Move the orders module off the file that is locked while reports run',
  unbroken: 'x'.repeat(255),
  arabic: 'ترحيل وحدة الطلبات من قاعدة البيانات القديمة إلى الجديدة دون توقف الخدمة '.repeat(3).trim(),
  emoji: '👩‍👩‍👧‍👦🏳️‍🌈'.repeat(14),
  chinese: '把订单模块从旧数据库迁移到新数据库并且不停机'.repeat(8),
};

const box = async (element: Locator) => (await element.boundingBox())!;

describe.each([
  ['a phone', { ...PHONE, viewport: { width: 360, height: 740 } }, 360],
  ['a desktop', DESKTOP, 1280],
] as const)('on %s', (_, device, width) => {
  test('a long name ends in an ellipsis, and the time beside it stays in the list', async () => {
    const client = new DashboardClient(dashboard.server);
    const page = await dashboard.openSignedIn(device);
    for (const [label, name] of Object.entries(NAMES)) {
      const agent = new Agent(dashboard.server, `type-${'y'.repeat(200)}`);
      await (label === 'words' ? agent.ask(`Step of ${label}`) : agent.step(`Step of ${label}`));
      await client.name(agent, name);
      const row = page.getByRole('link', { name: `Step of ${label}` });
      await row.waitFor();
      await row.locator('.row-title', { hasText: name.slice(0, 20) }).waitFor();
      const list = await box(page.getByRole('navigation', { name: 'Agents' }));
      // A row of an agent that waits says twice when that began.
      const times = await row.locator('time').all();
      expect(times).toHaveLength(label === 'words' ? 2 : 1);
      for (const time of await Promise.all(times.map(box))) {
        expect(time.x + time.width).toBeLessThanOrEqual(list.x + list.width);
        expect(time.width).toBeGreaterThan(0);
      }
      expect((await box(row)).width).toBeLessThanOrEqual(list.width);
      await row.click();
      const heading = page.getByRole('heading', { level: 1, name: name.slice(0, 20) });
      await heading.waitFor();
      const end = await box(page.getByRole('button', { name: 'Rename, end or delete' }));
      expect(end.x + end.width).toBeLessThanOrEqual(width);
      await page.getByRole('button', { name: 'Rename, end or delete' }).click();
      await page.getByRole('dialog').waitFor();
      const wider = await page.evaluate(() =>
        [...document.querySelectorAll('body, .list-scroll, .instance, .dialog, .timeline, .filter')]
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map(({ className }) => className),
      );
      expect(wider).toEqual([]);
      await page.keyboard.press('Escape');
      await page.goto(`${dashboard.server.url}/#/`);
    }
  });

  test('the button that shows all of a long text is below the text, and as wide as its own text', async () => {
    const agent = new Agent(dashboard.server);
    const page = await dashboard.openSignedIn(device);
    await agent.step('Some words. '.repeat(1_700));
    await page.getByRole('link', { name: /Some words/ }).click();
    const button = page.getByRole('button', { name: /Show all 20,4\d\d characters/ });
    await button.scrollIntoViewIfNeeded();
    const [text, below] = [await box(page.locator('.step .markdown')), await box(button)];
    expect(below.y).toBeGreaterThanOrEqual(text.y + text.height - 1);
    expect(below.x).toBeGreaterThanOrEqual(text.x - 1);
    expect(below.width).toBeGreaterThan(150);
    expect(below.height).toBeLessThan(60);
    await button.click();
    await button.waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toContain('plain');
  });
});
