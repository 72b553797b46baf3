import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { signIn } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests('PostgreSQL');

test('two processes on one database show the same state at once, to people and to agents', async () => {
  await using second = await dashboard.startSecondProcess();
  const [mine, theirs] = [await dashboard.openSignedIn(), await dashboard.openSignedOut()];
  await signIn(theirs, { ...dashboard.server, url: second.url });
  const agent = new Agent({ ...dashboard.server, url: second.url });
  await agent.ask('Go on? [YES/NO]');
  for (const page of [mine, theirs]) await page.getByRole('link', { name: /Go on/ }).click();
  const received = agent.receive(20);
  await mine.getByRole('button', { name: 'Yes' }).click();
  expect(await received).toEqual(['Yes']);
  for (const page of [mine, theirs]) await page.getByText(/picked up \d/).waitFor();
});
