import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { DESKTOP, OTHER_NAME, PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

test('an agent can be renamed, ended after a confirmation, deleted, and restored', async () => {
  const page = await dashboard.openSignedIn(PHONE);
  const agent = new Agent(dashboard.server);
  await agent.ask('Go on?');
  await page.getByRole('link', { name: /Go on/ }).tap();
  const menu = page.getByRole('button', { name: 'Rename, end or delete' });
  await menu.tap();
  await page.getByRole('textbox', { name: 'Name' }).fill('Orders');
  await page.getByRole('button', { name: 'Rename', exact: true }).tap();
  await page.getByRole('heading', { name: 'Orders' }).waitFor();
  expect(await menu.evaluate((button) => button === document.activeElement)).toBe(true);

  await menu.tap();
  await page.getByRole('button', { name: 'End run…' }).tap();
  await page.getByRole('button', { name: 'Cancel' }).tap();
  await page.getByRole('article').getByText('Waiting for you').waitFor();
  await menu.tap();
  await page.getByRole('button', { name: 'End run…' }).tap();
  await page.getByRole('button', { name: 'End run', exact: true }).tap();
  await page.getByText('This run has ended.').waitFor();

  await menu.tap();
  await page.getByRole('button', { name: 'Delete', exact: true }).tap();
  await page.getByRole('heading', { name: 'Connect your first agent' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).tap();
  await page.getByRole('link', { name: /Orders/ }).tap();
  await page.getByRole('log').getByText('Go on?').waitFor();
});

test('a new key is shown once and works at once, and stops working when it is revoked', async () => {
  const page = await dashboard.openSignedIn();
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('laptop');
  await page.getByRole('button', { name: 'Create key' }).click();
  const token = await page.getByRole('region', { name: 'The new key' }).locator('code').textContent();
  const agent = new Agent({ ...dashboard.server, agentToken: token! });
  await agent.step('With the new key');
  await page.getByRole('link', { name: /With the new key/ }).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.reload();
  await page.getByRole('listitem').filter({ hasText: 'laptop' }).waitFor();
  expect(await page.getByText(token!).count()).toBe(0);
  await page.getByRole('button', { name: 'Revoke laptop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText(/^\d+ revoked keys?$/).click();
  await page.getByRole('list', { name: 'Revoked keys' }).getByText('laptop').waitFor();
  await expect(agent.step('With a revoked key')).rejects.toThrow('401');
});

test('a new user copies a command that contains a key, and sees the agent appear', async () => {
  const page = await dashboard.openSignedIn({
    ...DESKTOP,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await page.getByRole('button', { name: 'Create an API key' }).click();
  await page.getByText('The texts below contain your new key.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Copy command' }).click();
  await page.getByText('Copied').waitFor();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toContain(`${dashboard.server.url}/mcp`);
  expect(command).toMatch(/Authorization: Bearer \S{40,}"$/);
  await new Agent(dashboard.server).step('Hello');
  await page.getByRole('link', { name: /Hello/ }).waitFor();
});

test('the list can be searched, filtered and walked through by keyboard', async () => {
  for (const [type, text] of [
    ['codex', 'Reading invoices'],
    ['claude-code', 'Writing tests'],
  ] as const) {
    await new Agent(dashboard.server, type).step(text);
  }
  const page = await dashboard.openSignedIn();
  await page.getByRole('link', { name: /invoices/ }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('INVOICES codex');
  await page.getByRole('link', { name: /tests/ }).waitFor({ state: 'detached' });
  await page.keyboard.type(' nothing');
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByRole('button', { name: 'claude-code', exact: true }).click();
  await page.getByRole('link', { name: /invoices/ }).waitFor({ state: 'detached' });
  await page.keyboard.press('j');
  await page.getByRole('log').getByText('Writing tests').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Choose an agent').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
});

test('of a diff of a megabyte, only the visible lines are in the document', async () => {
  const lines = Array.from({ length: 20_000 }, (_, at) => `+const line${at} = 'some words, some more';`);
  const diff = `diff --git a/big.ts b/big.ts\nnew file mode 100644\n--- /dev/null\n+++ b/big.ts\n@@ -0,0 +1,20000 @@\n${lines.join('\n')}\n`;
  const agent = new Agent(dashboard.server);
  await agent.step('Wrote a lot', { git_diff: diff });
  const page = await dashboard.openSignedIn();
  await page.getByRole('link', { name: /Wrote a lot/ }).click();
  await page.getByRole('link', { name: 'Changes' }).click();
  const changes = page.getByRole('region', { name: 'Changes' });
  await changes.getByText('+20000').first().waitFor();
  await changes.evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await changes.getByText("const line19999 = 'some words, some more';").waitFor();
  expect(await changes.evaluate((element) => element.querySelectorAll('*').length)).toBeLessThan(1_000);
  await agent.step('Undid it', { git_diff: 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n' });
  await changes.getByText('One file changed').waitFor();
  await changes.getByRole('button', { name: /^x/ }).waitFor();
});

test('answering works over plain HTTP from another machine, where browsers disable some features', async () => {
  const { port } = new URL(dashboard.server.url);
  const page = await dashboard.openSignedIn(PHONE, `http://${OTHER_NAME}:${port}`);
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  const agent = new Agent(dashboard.server);
  await agent.ask('Go on? [YES/NO]');
  await page.getByRole('link', { name: /Go on/ }).tap();
  await page.getByRole('button', { name: 'Yes' }).tap();
  expect(await agent.receive(5)).toEqual(['Yes']);
  // Browsers report that they ignore this header without HTTPS.
  for (const error of dashboard.pageErrors.splice(0))
    expect(error).toMatch(/^The Cross-Origin-Opener-Policy header has been ignored/);
});
