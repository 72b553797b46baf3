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
