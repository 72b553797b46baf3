import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { DESKTOP, OTHER_NAME, PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

test('an agent is renamed, ended once that is confirmed, deleted, and brought back', async () => {
  const page = await dashboard.openSignedIn(PHONE);
  const agent = new Agent(dashboard.server);
  await agent.ask('Go on?');
  await page.getByRole('link', { name: /Go on/ }).tap();
  const menu = page.getByRole('button', { name: 'Rename, end or delete' });
  await menu.tap();
  await page.getByRole('textbox', { name: 'Name' }).fill('Orders');
  await page.getByRole('button', { name: 'Rename', exact: true }).tap();
  await page.getByRole('heading', { name: 'Orders' }).waitFor();

  await menu.tap();
  await page.getByRole('button', { name: 'End run' }).tap();
  await page.getByRole('button', { name: 'Keep it' }).tap();
  await page.getByRole('article').getByText('Waiting for you').waitFor();
  await menu.tap();
  await page.getByRole('button', { name: 'End run' }).tap();
  await page.getByRole('button', { name: 'End it' }).tap();
  await page.getByText('This run has ended.').waitFor();

  await menu.tap();
  await page.getByRole('button', { name: 'Delete', exact: true }).tap();
  await page.getByRole('heading', { name: 'Connect your first agent' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).tap();
  await page.getByRole('link', { name: /Orders/ }).tap();
  await page.getByRole('log').getByText('Go on?').waitFor();
});

test('a key is made, shown once, works at once, and no more when its revocation is confirmed', async () => {
  const page = await dashboard.openSignedIn();
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('laptop');
  await page.getByRole('button', { name: 'Create key' }).click();
  const token = await page.getByRole('region', { name: 'The new key' }).locator('code').textContent();
  const agent = new Agent({ ...dashboard.server, agentToken: token! });
  await agent.step('By the new key');
  await page.getByRole('link', { name: /By the new key/ }).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.reload();
  await page.getByRole('listitem').filter({ hasText: 'laptop' }).waitFor();
  expect(await page.getByText(token!).count()).toBe(0);
  await page.getByRole('button', { name: 'Revoke laptop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText(/^revoked/).waitFor();
  await expect(agent.step('By a revoked one')).rejects.toThrow('401');
});

test('a newcomer is told how to connect, with a key in the line to copy, and sees the agent come', async () => {
  const page = await dashboard.openSignedIn({
    ...DESKTOP,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await page.getByRole('button', { name: 'Create a key for it' }).click();
  await page.getByText('The key is in the lines below', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Copy command' }).click();
  await page.getByText('Copied').waitFor();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toContain(`${dashboard.server.url}/mcp`);
  expect(command).toMatch(/Authorization: Bearer \S{40,}"$/);
  await new Agent(dashboard.server).step('Hello');
  await page.getByRole('link', { name: /Hello/ }).waitFor();
});

test('the list is searched and filtered, by keyboard, too', async () => {
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
  await page.getByText('Choose one').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
});

test('a diff of a megabyte opens, and only what can be seen of it is in the document', async () => {
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

test('by plain HTTP from another machine, where browsers keep much back, answering works all the same', async () => {
  const { port } = new URL(dashboard.server.url);
  const page = await dashboard.openSignedIn(PHONE, `http://${OTHER_NAME}:${port}`);
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  const agent = new Agent(dashboard.server);
  await agent.ask('Go on? [YES/NO]');
  await page.getByRole('link', { name: /Go on/ }).tap();
  await page.getByRole('button', { name: 'Yes' }).tap();
  expect(await agent.receive(5)).toEqual(['Yes']);
  // Browsers tell everybody that they heed this header of the page by https only.
  for (const complaint of dashboard.pageErrors.splice(0))
    expect(complaint).toMatch(/^The Cross-Origin-Opener-Policy header has been ignored/);
});
