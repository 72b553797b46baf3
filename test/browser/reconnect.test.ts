import { describe, expect, test } from 'vitest';
import { STORES } from '../e2e/stores.ts';
import { Agent } from './support/agent.ts';
import { Dashboard } from './support/dashboard.ts';

describe.each(STORES)('on %s', (kind) => {
  const dashboard = Dashboard.forTests(kind);

  test('when the server is killed, the page shows how old its data is; after a restart it shows everything it missed', async () => {
    const page = await dashboard.openSignedIn();
    const agent = new Agent(dashboard.server);
    await agent.step('Before');
    await page.getByRole('link', { name: /Before/ }).click();
    await page.getByRole('log').getByText('Before').waitFor();

    await dashboard.killServer();
    await page.getByText(/Connection lost. You see the state of \d/).waitFor();
    await page.getByRole('log').getByText('Before').waitFor();
    await dashboard.restart();
    for (const step of ['After 1', 'After 2', 'After 3']) await agent.step(step);

    for (const step of ['After 1', 'After 2', 'After 3'])
      await page.getByRole('log').getByText(step).waitFor();
    await page.getByText('Connection lost').waitFor({ state: 'detached' });
  });

  test('a message written while the server is down is sent once, even after a reload', async () => {
    const page = await dashboard.openSignedIn();
    const agent = new Agent(dashboard.server);
    await agent.step('Working');
    await page.getByRole('link', { name: /Working/ }).click();
    await page.getByRole('textbox', { name: 'Message to the agent' }).waitFor();
    await dashboard.killServer();
    await page.getByText('Connection lost').waitFor();
    await page.getByRole('textbox', { name: 'Message to the agent' }).fill('Are you there?');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('log').getByText('will be sent when the connection is back').waitFor();
    await page.getByText('One message will be sent when the connection is back.').waitFor();

    await dashboard.restart();
    await page.reload();
    expect(await agent.receive(20)).toEqual(['Are you there?']);
    await page.getByText(/picked up \d/).waitFor();
    expect(await page.getByRole('log').getByText('Are you there?').count()).toBe(1);
  });
});

describe('a bad connection', () => {
  const dashboard = Dashboard.forTests();

  test('a message whose response is lost is sent again and arrives once', async () => {
    const page = await dashboard.openSignedIn();
    const agent = new Agent(dashboard.server);
    await agent.step('Working');
    await page.getByRole('link', { name: /Working/ }).click();
    let lostResponses = 0;
    await page.route('**/messages', async (route) => {
      if (route.request().method() !== 'POST' || lostResponses > 0) return route.continue();
      lostResponses += 1;
      await route.fetch();
      return route.abort();
    });
    await page.getByRole('textbox', { name: 'Message to the agent' }).fill('Once only');
    await page.keyboard.press('Control+Enter');
    expect(await agent.receive(5)).toEqual(['Once only']);
    await page.getByText('sending').waitFor({ state: 'detached' });
    expect(await agent.receive(1)).toEqual([]);
    expect(lostResponses).toBe(1);
  });

  test('a message that the agent sends while its conversation is being loaded is not missed', async () => {
    const page = await dashboard.openSignedIn();
    const agent = new Agent(dashboard.server);
    await agent.step('Before');
    let requests = 0;
    await page.route('**/api/v1/agent-instances/*?*', async (route) => {
      requests += 1;
      if (requests > 1) return route.continue();
      const response = await route.fetch();
      await agent.step('Meanwhile');
      await page.getByRole('link', { name: /Meanwhile/ }).waitFor();
      return route.fulfill({ response });
    });
    await page.getByRole('link', { name: /Before/ }).click();
    await page.getByRole('log').getByText('Before').waitFor();
    await page.getByRole('log').getByText('Meanwhile').waitFor();
  });

  test('a conversation that cannot be loaded says so, and can be loaded again', async () => {
    const page = await dashboard.openSignedIn();
    const agent = new Agent(dashboard.server);
    await agent.step('Working');
    await page.route('**/api/v1/agent-instances/*?*', (route) => route.fulfill({ status: 503, body: '{}' }));
    await page.getByRole('link', { name: /Working/ }).click();
    await page.getByText('This conversation could not be loaded.').waitFor();
    expect(dashboard.pageErrors.splice(0).join()).toContain('503');
    await page.unroute('**/api/v1/agent-instances/*?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('log').getByText('Working').waitFor();
  });
});
