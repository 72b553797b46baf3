import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();
const LENGTH = 10_000;

test('of 10,000 messages only what can be seen is in the document, to the very first', {
  timeout: 180_000,
}, async () => {
  const agent = new Agent(dashboard.server);
  for (let at = 1; at <= LENGTH; at += 1)
    await agent.step(`Step ${at}.\n\n${'More words. '.repeat(at % 17)}`);
  const page = await dashboard.open(PHONE);
  await page.getByRole('link', { name: /Step 10000/ }).tap();
  const log = page.getByRole('log');
  await log.getByText('Step 10000.').waitFor();
  let most = 0;
  for (;;) {
    const { nodes, top } = await log.evaluate((element) => {
      element.scrollTop -= 20_000;
      return {
        nodes: element.querySelectorAll('*').length,
        top: element.querySelector('.step')?.textContent ?? '',
      };
    });
    most = Math.max(most, nodes);
    if (/Step 1\./.test(top)) break;
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  expect(most).toBeLessThan(600);
});

test('reading older messages, the place is kept when new ones come; at the end, the end is kept', async () => {
  const agent = new Agent(dashboard.server);
  for (let at = 1; at <= 150; at += 1) await agent.step(`Step ${at}.\n\n${'More words. '.repeat(at % 17)}`);
  const page = await dashboard.open();
  await page.getByRole('link', { name: /Step 150/ }).click();
  const log = page.getByRole('log');
  await log.getByText('Step 150.').waitFor();
  await agent.step('Step 151.');
  await log.getByText('Step 151.').waitFor();
  expect(await page.getByRole('button', { name: 'Newest' }).count()).toBe(0);

  await log.hover();
  await page.mouse.wheel(0, -1_500);
  await page.getByRole('button', { name: 'Newest' }).waitFor();
  const placeOf = async () =>
    log.evaluate((element) => {
      const frame = element.getBoundingClientRect();
      const row = [...element.querySelectorAll('.window-row')].find(
        (one) => one.getBoundingClientRect().bottom > frame.top + 40,
      );
      return { text: row?.textContent, top: Math.round(row?.getBoundingClientRect().top ?? 0) };
    });
  await page.waitForTimeout(300);
  const before = await placeOf();
  await agent.step('Step 152.');
  await page.getByRole('button', { name: 'New messages' }).waitFor();
  expect(await placeOf()).toEqual(before);
  await page.getByRole('button', { name: 'New messages' }).click();
  await log.getByText('Step 152.').waitFor();
});
