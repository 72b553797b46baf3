import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';
import { printMeasurement } from './support/print-measurement.ts';

const dashboard = Dashboard.forTests();
const LENGTH = 10_000;

test('of 10,000 messages only the visible ones are in the document, back to the first', {
  timeout: 180_000,
}, async () => {
  const agent = new Agent(dashboard.server);
  await agent.steps(
    Array.from({ length: LENGTH }, (_, at) => `Step ${at + 1}.\n\n${'More words. '.repeat(at % 17)}`),
  );
  const page = await dashboard.openSignedIn(PHONE);
  const link = page.getByRole('link', { name: /Step 10000/ });
  await link.waitFor();
  const tapped = Date.now();
  await link.tap();
  const log = page.getByRole('log');
  await log.getByText('Step 10000.').waitFor();
  const opened = Date.now() - tapped;
  const { nodes, frames } = await log.evaluate(async (element) => {
    let nodes = 0;
    const frames: number[] = [];
    let last = performance.now();
    while (!/Step 1\./.test(element.querySelector('.step')?.textContent ?? '')) {
      element.scrollTop -= 20_000;
      await new Promise(requestAnimationFrame);
      frames.push(performance.now() - last);
      last = performance.now();
      nodes = Math.max(nodes, element.querySelectorAll('*').length);
    }
    return { nodes, frames: frames.sort((one, other) => one - other) };
  });
  const frame = (part: number) => Math.round(frames[Math.floor(frames.length * part)]!);
  printMeasurement(
    `10,000 messages: opened after ${opened} ms; scrolled to the first in ${frames.length} frames, ` +
      `half of them within ${frame(0.5)} ms, 95 % within ${frame(0.95)} ms`,
  );
  expect(nodes).toBeLessThan(600);
});

test('new messages do not move a timeline that is scrolled up, and scroll one that is at its end', async () => {
  const agent = new Agent(dashboard.server);
  for (let at = 1; at <= 150; at += 1) await agent.step(`Step ${at}.\n\n${'More words. '.repeat(at % 17)}`);
  const page = await dashboard.openSignedIn();
  await page.getByRole('link', { name: /Step 150/ }).click();
  const log = page.getByRole('log');
  await log.getByText('Step 150.').waitFor();
  await agent.step('Step 151.');
  await log.getByText('Step 151.').waitFor();
  expect(await page.getByRole('button', { name: 'Jump to newest' }).count()).toBe(0);

  await log.hover();
  await page.mouse.wheel(0, -1_500);
  await page.getByRole('button', { name: 'Jump to newest' }).waitFor();
  const scrollPosition = async () =>
    log.evaluate((element) => {
      const frame = element.getBoundingClientRect();
      const row = [...element.querySelectorAll('.timeline-row')].find(
        (one) => one.getBoundingClientRect().bottom > frame.top + 40,
      );
      return { text: row?.textContent, top: Math.round(row?.getBoundingClientRect().top ?? 0) };
    });
  await log.evaluate(waitUntilStill);
  const before = await scrollPosition();
  await agent.step('Step 152.');
  await page.getByRole('button', { name: 'New messages' }).waitFor();
  expect(await scrollPosition()).toEqual(before);
  await page.getByRole('button', { name: 'New messages' }).click();
  await log.getByText('Step 152.').waitFor();
});

test('the newest message stays visible while the answer field grows', async () => {
  const agent = new Agent(dashboard.server);
  for (let at = 1; at <= 30; at += 1) await agent.step(`Step ${at}.`);
  const page = await dashboard.openSignedIn(PHONE);
  await page.getByRole('link', { name: /Step 30/ }).tap();
  const last = page.getByRole('log').getByText('Step 30.');
  await last.waitFor();
  await page.getByRole('textbox', { name: 'Message to the agent' }).fill('A line\n'.repeat(12));
  const isInView = () =>
    last.evaluate((element) => {
      const frame = element.closest('.timeline')!.getBoundingClientRect();
      return element.getBoundingClientRect().bottom <= frame.bottom;
    });
  await expect.poll(isInView).toBe(true);
});

/** Waits until smooth scrolling by the mouse wheel has ended. */
async function waitUntilStill(element: Element): Promise<void> {
  for (let stillFrames = 0, top = element.scrollTop; stillFrames < 10; stillFrames += 1) {
    await new Promise(requestAnimationFrame);
    if (element.scrollTop !== top) stillFrames = 0;
    top = element.scrollTop;
  }
}
