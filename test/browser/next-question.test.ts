import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { findViolations, overflowOf } from './support/accessibility.ts';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

/** Waits until the focus is at a question as a whole, and not at one of its buttons. */
const questionWithFocus = (page: Page, text: string) =>
  page.locator(`.asked[aria-label="${text}"]:focus`).waitFor();

const focusedTag = (page: Page) => page.evaluate(() => document.activeElement?.tagName);

describe('the key n', () => {
  test('goes to the agent that has waited longest, then to the next one, also if a filter hides it', async () => {
    const agents: { readonly [name: string]: Agent } = {
      First: new Agent(dashboard.server, 'codex'),
      Second: new Agent(dashboard.server),
      Third: new Agent(dashboard.server),
    };
    for (const [name, agent] of Object.entries(agents)) await agent.ask(`${name}? [YES/NO]`);
    const page = await dashboard.openSignedIn();
    await page.getByRole('link', { name: /Third/ }).waitFor();
    await page.getByRole('button', { name: 'codex' }).click();
    await page.locator('h1').first().click();
    for (const name of ['First?', 'Second?', 'Third?', 'First?']) {
      await page.keyboard.press('n');
      await questionWithFocus(page, name);
    }
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    expect(await agents.First!.receive(30)).toEqual(['Yes']);
    await page.getByText(/picked up \d/).waitFor();
    await page.keyboard.press('n');
    await questionWithFocus(page, 'Second?');
  });

  test('leaves the focus outside of text fields, so that it can be pressed again', async () => {
    const agents = [new Agent(dashboard.server), new Agent(dashboard.server)];
    for (const [nth, agent] of agents.entries()) await agent.ask(`Name ${nth}?`);
    const page = await dashboard.openSignedIn();
    await page.getByRole('link', { name: /Name 1/ }).waitFor();
    for (const nth of [0, 1, 0]) {
      await page.keyboard.press('n');
      await questionWithFocus(page, `Name ${nth}?`);
    }
    await page.keyboard.press('r');
    await page.keyboard.type('nnn');
    await page.keyboard.press('Enter');
    expect(await agents[0]!.receive(30)).toEqual(['nnn']);
  });

  test('says so when no other agent waits, and is explained in the help', async () => {
    const page = await dashboard.openSignedIn();
    const agent = new Agent(dashboard.server);
    await agent.step('Working');
    await page.getByRole('link', { name: /Working/ }).waitFor();
    await page.keyboard.press('n');
    await page.getByText('No agent is waiting for you.', { exact: true }).last().waitFor();
    await agent.ask('Go on?');
    await page.getByRole('link', { name: /Go on/ }).waitFor();
    await page.keyboard.press('n');
    await questionWithFocus(page, 'Go on?');
    await page.keyboard.press('n');
    await page.getByText('No other agent is waiting for you.').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Next agent that waits for you').waitFor();
  });
});

describe('after an answer, the focus', () => {
  test('goes to the next question of the same agent, so that keys answer one after the other', async () => {
    const page = await dashboard.openSignedIn();
    const [agent, other] = [new Agent(dashboard.server), new Agent(dashboard.server)];
    await agent.ask('First? [YES/NO]');
    await agent.ask('Second? [YES/NO]');
    await agent.ask('Third?', {
      form: { type: 'object', properties: { name: { type: 'string', title: 'Name' } } },
    });
    await other.ask('Other?');
    await page.getByRole('link', { name: /Other/ }).waitFor();
    await page.keyboard.press('n');
    await questionWithFocus(page, 'First?');
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await questionWithFocus(page, 'Second?');
    await page.keyboard.press('2');
    await page.keyboard.press('Enter');
    await questionWithFocus(page, 'Third?');
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('1');
    await page.keyboard.type('orders');
    await page.keyboard.press('Enter');
    const answered = async () => (await agent.receiveAll(30)).outcomes.length;
    for (let count = 0; count < 3; ) count += await answered();
    // The next agent is shown only when the user asks for it.
    await page.getByRole('log').getByText('Third?').waitFor();
    expect(await page.locator('.asked:focus').count()).toBe(0);
  });

  test('stays in the text field if the answer was a text, and the next question is read out', async () => {
    const page = await dashboard.openSignedIn();
    const agent = new Agent(dashboard.server);
    await agent.ask('First?');
    await agent.ask('Second? [YES/NO]');
    await page.getByRole('link', { name: /Second/ }).click();
    await page.getByRole('textbox', { name: 'Your answer' }).fill('One');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Next question: Second?' }).waitFor();
    expect(await focusedTag(page)).toBe('TEXTAREA');
    expect(await agent.receive(30)).toEqual(['One']);
  });

  test('goes to the next question on a phone, too, without opening its keyboard', async () => {
    const page = await dashboard.openSignedIn(PHONE);
    const agent = new Agent(dashboard.server);
    await agent.ask('First? [YES/NO]');
    await agent.steps(Array.from({ length: 30 }, (_, nth) => `Step ${nth}`));
    await agent.ask('Second?');
    await page.getByRole('link', { name: /Second/ }).tap();
    await page.getByRole('button', { name: 'Yes' }).tap();
    await questionWithFocus(page, 'Second?');
    await page.getByRole('log').getByText('Second?').waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
  });

  test('is not taken away from a user who searches meanwhile', async () => {
    const page = await dashboard.openSignedIn();
    const agent = new Agent(dashboard.server);
    await agent.ask('First? [YES/NO]');
    await agent.ask('Second? [YES/NO]');
    await page.getByRole('link', { name: /Second/ }).click();
    const sent: (() => void)[] = [];
    await page.route('**/answer', async (route) => {
      await new Promise<void>((resolve) => sent.push(resolve));
      await route.continue();
    });
    await page.getByRole('button', { name: 'Yes' }).click();
    await expect.poll(() => sent.length).toBe(1);
    await page.keyboard.press('/');
    sent[0]!();
    await page.getByRole('status').filter({ hasText: 'Next question: Second?' }).waitFor();
    expect(await focusedTag(page)).toBe('INPUT');
  });
});
