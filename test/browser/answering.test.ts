import { describe, expect, test } from 'vitest';
import { STREAMABLE } from '../adapters/mcp/clients.ts';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';
import { printMeasurement } from './support/print-measurement.ts';

const dashboard = Dashboard.forTests();
const QUESTION = 'Which database?\n\n[OPTIONS]\n1. PostgreSQL\n2. SQLite\n[/OPTIONS]';

describe('a question', () => {
  test('asked over MCP is on the page within a second, and the agent receives the tapped answer', async () => {
    const page = await dashboard.openSignedIn(PHONE);
    const { url, agentToken: token } = dashboard.server;
    await using agent = await STREAMABLE.connect(url, { token, clientName: 'claude-code' });
    const delays: number[] = [];
    for (const question of ['Which database?', 'Which cache?', 'Which queue?']) {
      const shown = page.getByRole('link', { name: question }).waitFor();
      const asked = Date.now();
      const answered = agent.call('ask_question', {
        question_text: `${question}\n\n[OPTIONS]\n1. PostgreSQL\n2. SQLite\n[/OPTIONS]`,
        wait_seconds: 30,
      });
      await shown;
      delays.push(Date.now() - asked);
      await page.getByRole('link', { name: question }).tap();
      await page.getByText('The agent is waiting for your answer now.').waitFor();
      await page.getByRole('button', { name: 'SQLite' }).tap();
      expect((await answered).structuredContent).toMatchObject({ answer: 'SQLite', status: 'answered' });
      await page.getByText(/picked up \d/).waitFor();
      await page.getByRole('link', { name: 'All agents' }).tap();
    }
    printMeasurement(`time from an agent's question to the page: ${delays.join(', ')} ms`);
    // The best of three attempts, because a busy machine can delay a single one.
    expect(Math.min(...delays)).toBeLessThan(1_000);
  });

  test('appears without a reload, and can be answered with a tap on a phone', async () => {
    const page = await dashboard.openSignedIn(PHONE);
    const agent = new Agent(dashboard.server);
    await agent.ask(QUESTION);
    await page.getByRole('link', { name: /Which database/ }).tap();
    await page
      .getByText('The agent is not waiting now. It gets your answer when it next contacts this server.')
      .waitFor();

    const received = agent.receive(20);
    await page.getByText('The agent is waiting for your answer now.').waitFor();
    await page.getByRole('button', { name: 'SQLite' }).tap();

    expect(await received).toEqual(['SQLite']);
    await page.getByText(/picked up \d/).waitFor();
    expect(await page.getByRole('button', { name: 'SQLite' }).count()).toBe(0);
  });

  test('can be answered with a text of several lines, by keyboard only', async () => {
    const page = await dashboard.openSignedIn();
    const agent = new Agent(dashboard.server);
    await agent.ask('What shall I call it? [YES/NO]');
    await page.getByRole('link', { name: /What shall I call it/ }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('textbox', { name: 'Your answer' }).waitFor();
    await page.keyboard.press('r');
    await page.keyboard.type('Orders');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('or Purchases');
    await page.keyboard.press('Control+Enter');
    expect(await agent.receive(5)).toEqual(['Orders\nor Purchases']);
  });

  test('answered by keyboard leaves the focus in the conversation, and j goes on to the next that waits', async () => {
    const page = await dashboard.openSignedIn();
    const agents = ['First', 'Second', 'Third'].map((name) => ({ name, agent: new Agent(dashboard.server) }));
    for (const { name, agent } of agents) await agent.ask(`${name}? [YES/NO]`);
    await page.getByRole('link', { name: /Third/ }).waitFor();
    for (const { name, agent } of agents) {
      await page.keyboard.press('j');
      await page.getByRole('log').getByText(`${name}?`).waitFor();
      await page.keyboard.press('1');
      await page.keyboard.press('Enter');
      expect(await agent.receive(30)).toEqual(['Yes']);
      await page.getByText(/picked up \d/).waitFor();
      // The answered agent has moved to another group.
      await page.locator('.row[aria-current] .status[data-group="active"]').waitFor();
      expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('log');
    }
  });

  test('that already has an answer shows that answer instead of sending a second one', async () => {
    const [mine, theirs] = [await dashboard.openSignedIn(), await dashboard.openSignedIn()];
    // This page has no event stream, so it learns of the other answer only when it sends its own.
    await mine.route('**/api/v1/events', (route) => route.abort());
    await mine.reload();
    const agent = new Agent(dashboard.server);
    await agent.ask(QUESTION);
    for (const page of [mine, theirs]) {
      await page.getByRole('link', { name: /Which database/ }).click();
      await page.getByRole('button', { name: 'SQLite' }).waitFor();
    }
    await mine.route('**/api/v1/agent-instances?*', (route) => route.abort());
    await mine.route('**/api/v1/agent-instances/*?*', (route) => route.abort());
    await theirs.getByRole('button', { name: 'PostgreSQL' }).click();
    await theirs.getByText('queued, not read yet').waitFor();
    await mine.getByRole('button', { name: 'SQLite' }).click();

    const refusal = mine.getByRole('alert').filter({ hasText: 'Answered already:' });
    await refusal.getByText('PostgreSQL').waitFor();
    expect(await agent.receive(0)).toEqual(['PostgreSQL']);

    await mine.getByRole('button', { name: 'Send my text as a message' }).click();
    expect(await agent.receive(5)).toEqual(['SQLite']);
  });

  test('is counted in the page’s title while it is open', async () => {
    const page = await dashboard.openSignedIn();
    const agent = new Agent(dashboard.server);
    await agent.ask(QUESTION);
    await page.waitForFunction(() => document.title.startsWith('(1)'));
    await agent.end();
    await page.waitForFunction(() => !document.title.startsWith('('));
  });
});

test('two tabs show the same state', async () => {
  const [one, other] = [await dashboard.openSignedIn(), await dashboard.openSignedIn(PHONE)];
  const agent = new Agent(dashboard.server);
  await agent.ask(QUESTION);
  for (const page of [one, other]) await page.getByRole('link', { name: /Which database/ }).click();
  await one.getByRole('button', { name: 'PostgreSQL' }).click();
  await other.getByText('queued, not read yet').waitFor();
  expect(await other.getByRole('button', { name: 'SQLite' }).count()).toBe(0);
  await agent.receive(0);
  for (const page of [one, other]) await page.getByText(/picked up \d/).waitFor();
});

test('a draft survives a reload, and is deleted when it is sent', async () => {
  const page = await dashboard.openSignedIn();
  const agent = new Agent(dashboard.server);
  await agent.step('Working');
  await page.getByRole('link', { name: /Working/ }).click();
  const field = page.getByRole('textbox', { name: 'Message to the agent' });
  await field.fill('Please also');
  await page.reload();
  await page.waitForFunction(() => document.querySelector('textarea')?.value === 'Please also');
  await page.getByRole('button', { name: 'Send' }).click();
  expect(await agent.receive(5)).toEqual(['Please also']);
  await page.reload();
  await field.waitFor();
  expect(await field.inputValue()).toBe('');
});
