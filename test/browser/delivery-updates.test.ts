import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { NotifyingDashboard } from './support/notifying-dashboard.ts';

const dashboard = NotifyingDashboard.forTests();

test('a question on the page shows what became of its notification without reading the conversation again', async () => {
  await dashboard.addDestination();
  const rules = (await (await dashboard.call('GET', '/notification-rules')).json()) as object;
  await dashboard.call('PUT', '/notification-rules', { ...rules, pause_while_active: false });
  const agent = new Agent(dashboard.server);
  await agent.step('I begin');
  const page = await dashboard.openSignedIn();
  await page.getByText('I begin').first().click();
  await page.getByRole('log').getByText('I begin').waitFor();
  let reads = 0;
  page.on('request', (request) => {
    if (request.url().includes(`/agent-instances/${agent.id}?`)) reads += 1;
  });
  await agent.ask('May I?', { options: [{ label: 'Yes' }, { label: 'No' }] });
  const deliveries = page.getByRole('list', { name: 'Notifications' });
  await deliveries.getByText('Sent to Phone (recorder)').waitFor();
  expect(reads).toBe(0);
});
