import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { overflowOf } from './support/accessibility.ts';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

/** Returns the texts below an element that are cut off without an ellipsis. */
const cutTexts = (page: Page, selector: string): Promise<string[]> =>
  page.evaluate((from) => {
    const cut: string[] = [];
    for (const element of document.querySelectorAll(from)) {
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(text);
        const { right } = range.getBoundingClientRect();
        const hasEllipsis = getComputedStyle(text.parentElement!).textOverflow === 'ellipsis';
        if (!hasEllipsis && right > element.getBoundingClientRect().right + 0.5)
          cut.push(text.nodeValue ?? '');
      }
    }
    return cut;
  }, selector);

test.each([390, 360])(
  'with %i pixels, the list and the header show all that they say of an agent',
  async (width) => {
    const page = await dashboard.openSignedIn({
      ...PHONE,
      locale: 'en-US',
      viewport: { width, height: 740 },
    });
    const agent = new Agent(dashboard.server, 'a-type-of-agents-with-a-long-name');
    await agent.step('Working', { title: 'Named', git_diff: 'diff --git a/x b/x\n--- a/x\n+++ b/x\n' });
    await agent.ask('Go on?');
    for (let nth = 0; nth < 10; nth += 1) await agent.step(`Step ${nth}`);
    const row = page.getByRole('link', { name: /Named/ });
    await row.tap();
    await page
      .getByText(/^Waiting for you since/)
      .last()
      .waitFor();
    expect(await cutTexts(page, '.instance-facts')).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await page.getByRole('button', { name: 'Stop this agent' }).tap();
    await page.getByRole('button', { name: 'Stop agent', exact: true }).tap();
    await page.getByRole('link', { name: 'All agents' }).tap();
    await row.getByText('Stop requested').waitFor();
    expect(await cutTexts(page, '.row-foot')).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
  },
);
