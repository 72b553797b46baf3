import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findViolations, overflowOf } from './support/accessibility.ts';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

test('an agent that is asked to stop learns why, and the page shows each stage until it has ended', async () => {
  const page = await dashboard.openSignedIn(PHONE);
  const agent = new Agent(dashboard.server);
  await agent.step('Working');
  await page.getByRole('link', { name: /Working/ }).tap();
  await page.getByRole('button', { name: 'Stop this agent' }).tap();
  await page.getByRole('textbox', { name: 'Reason (optional)' }).fill('Wrong branch');
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Stop agent', exact: true }).tap();
  const notice = page.getByRole('article').getByRole('status').filter({ hasText: 'Wrong branch' });
  await notice.getByText('Stop requested').waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect(await overflowOf(page)).toBe(0);

  expect((await agent.receiveAll(30)).stop_requested).toMatchObject({ reason: 'Wrong branch' });
  await notice.getByText('The agent has been told').waitFor();
  await agent.end();
  await notice.getByText('Stopped').waitFor();
  expect(await page.getByRole('button', { name: 'Take back' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Stop this agent' }).count()).toBe(0);
  await page.getByRole('link', { name: 'All agents' }).tap();
  await page.getByRole('link', { name: /Stopped/ }).waitFor();
});

test('an agent that could not finish is marked, and says why', async () => {
  const page = await dashboard.openSignedIn(PHONE);
  const agent = new Agent(dashboard.server);
  await agent.step('Working');
  await agent.end({ failure: 'The disk is full' });
  await page.getByRole('link', { name: /Failed/ }).tap();
  await page.getByText('The agent could not finish: The disk is full').waitFor();
  expect(await findViolations(page)).toEqual([]);
});

test('an agent that waits for an answer is told at once, and the request can be taken back', async () => {
  const page = await dashboard.openSignedIn(PHONE);
  const agent = new Agent(dashboard.server);
  await agent.ask('Go on?');
  await page.getByRole('link', { name: /Go on/ }).tap();
  const received = agent.receiveAll(60);
  await page.getByText('The agent is waiting for your answer now.').waitFor();
  await page.getByRole('button', { name: 'Stop this agent' }).tap();
  await page.getByRole('button', { name: 'Stop agent', exact: true }).tap();
  expect((await received).stop_requested).toMatchObject({ reason: null });
  await page.getByRole('button', { name: 'Take back' }).tap();
  await page.getByText('The agent has been told').waitFor({ state: 'detached' });
  expect((await agent.receiveAll(0)).stop_requested).toBeNull();
});

test('all agents can be stopped at once, after a confirmation that says how many', async () => {
  const agents = Array.from({ length: 3 }, () => new Agent(dashboard.server));
  for (const agent of agents) await agent.step('Working');
  const ended = new Agent(dashboard.server);
  await ended.step('Done');
  await ended.end();
  const page = await dashboard.openSignedIn(PHONE);
  await page.getByRole('button', { name: 'Stop all agents' }).tap();
  await page.getByRole('dialog', { name: 'Stop 3 agents?' }).waitFor();
  await page.getByRole('textbox', { name: 'Reason (optional)' }).fill('Going home');
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Stop 3 agents' }).tap();
  await page.getByText('3 agents were asked to stop.').waitFor();
  await page.getByText('Stop requested').nth(2).waitFor();
  for (const agent of agents)
    expect((await agent.receiveAll(30)).stop_requested).toMatchObject({ reason: 'Going home' });
  await page.getByText('Told to stop').nth(2).waitFor();
  for (const agent of agents) await agent.end();
  await page.getByRole('button', { name: 'Stop all agents' }).waitFor({ state: 'detached' });
});

test('ending a run says what it can do: an agent without hooks is told with its next call', async () => {
  const page = await dashboard.openSignedIn(PHONE);
  const agent = new Agent(dashboard.server);
  await agent.step('Working');
  await page.getByRole('link', { name: /Working/ }).tap();
  await endRun(page, 'This page cannot interrupt the agent');
  const notice = page.getByRole('article').getByRole('status');
  await notice.getByText('The agent is told with its next call to this server.').waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect((await agent.receiveAll(0)).stop_requested).toMatchObject({ reason: null });
  await notice.getByText('Stopped').waitFor();
});

test('ending a run says what it can do: an agent with hooks is stopped at its next use of a tool', async () => {
  const page = await dashboard.openSignedIn(PHONE);
  const hook = async (fields: object) => {
    const response = await fetch(`${dashboard.server.url}/api/v1/hooks/claude-code`, {
      method: 'POST',
      headers: { authorization: `Bearer ${dashboard.server.agentToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ session_id: 'one', ...fields }),
    });
    return response.json();
  };
  const tool = { hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_input: { command: 'ls' } };
  await hook({ hook_event_name: 'UserPromptSubmit', prompt: 'Fix the tests' });
  expect(await hook(tool)).toEqual({});
  await page.getByRole('link', { name: /Fix the tests/ }).tap();
  await page.getByRole('button', { name: 'Stop this agent' }).tap();
  await page.getByRole('dialog').getByText('At its next use of a tool, the agent is stopped').waitFor();
  await page.keyboard.press('Escape');
  await endRun(page, 'it is stopped at its next use of a tool');
  const notice = page.getByRole('article').getByRole('status');
  await notice.getByText('The agent is stopped at its next use of a tool.').waitFor();
  expect(await overflowOf(page)).toBe(0);
  expect(await hook(tool)).toMatchObject({ continue: false });
  await notice.getByText('Stopped').waitFor();
});

async function endRun(page: Page, warning: string): Promise<void> {
  await page.getByRole('button', { name: 'Rename, end or delete' }).tap();
  await page.getByRole('button', { name: 'End run…' }).tap();
  await page.getByRole('dialog').getByText(warning).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'End run', exact: true }).tap();
}
