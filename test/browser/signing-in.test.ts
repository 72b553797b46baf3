import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { PHONE, pasteToken, signIn } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

test('the link signs in once, and its code leaves the address and the history', async () => {
  const link = dashboard.signInLink;
  const page = await dashboard.openSignedOut();
  await page.goto(link);
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
  expect(page.url()).not.toContain('code');
  await page.reload();
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();

  const somebodyElse = await dashboard.openSignedOut();
  await somebodyElse.goto(link);
  await somebodyElse.getByRole('alert').getByText('This link has been used').waitFor();
  await page.goto(link);
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
});

test.each([
  ['made up', '/#code=AAAAAAAAAAAAAAAAAAAAAA'],
  ['empty', '/#code='],
])('a link with a code that is %s signs nobody in', async (_, path) => {
  const page = await dashboard.openSignedOut();
  await page.goto(dashboard.server.url + path);
  await page.getByLabel('Dashboard token').waitFor();
  expect(page.url()).not.toContain('code');
});

test('an agent’s token is none for the page, which says so', async () => {
  const page = await dashboard.openSignedOut();
  await page.goto(dashboard.server.url);
  await pasteToken(page, dashboard.server.agentToken);
  await page.getByRole('alert').getByText(/scope/).waitFor();
  expect(dashboard.pageErrors.splice(0).join()).toContain('403');
});

test('a pasted token signs in, is kept nowhere a script can read, and signing out ends it', async () => {
  const page = await dashboard.openSignedOut();
  await page.goto(dashboard.server.url);
  await pasteToken(page, 'wrong');
  await page
    .getByRole('alert')
    .getByText(/not valid/)
    .waitFor();
  await pasteToken(page, dashboard.server.dashboardToken);
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
  const readable = await page.evaluate(
    () => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie,
  );
  expect(readable).not.toContain(dashboard.server.dashboardToken);

  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('button', { name: /Sign out/ }).click();
  await page.getByLabel('Dashboard token').waitFor();
  await page.reload();
  await page.getByLabel('Dashboard token').waitFor();
});

test('a session that has expired asks to sign in again, and what was written is sent then', async () => {
  const page = await dashboard.openSignedOut();
  await signIn(page, {
    ...dashboard.server,
    dashboardToken: await dashboard.token('dashboard', { expiresInSeconds: 4 }),
  });
  const agent = new Agent(dashboard.server);
  await agent.step('Working');
  await page.getByRole('link', { name: /Working/ }).click();
  await page.getByRole('textbox', { name: 'Message to the agent' }).fill('Not lost');
  await expect.poll(() => page.context().cookies(), { timeout: 10_000 }).toEqual([]);
  await page.keyboard.press('Control+Enter');
  await pasteToken(page, dashboard.server.dashboardToken);
  expect(await agent.receive(10)).toEqual(['Not lost']);
});

test('a browser whose key is revoked in another place is signed out without a touch', async () => {
  const lost = await dashboard.openSignedOut(PHONE);
  const token = await dashboard.token('dashboard', { name: 'lost phone' });
  await signIn(lost, { ...dashboard.server, dashboardToken: token });
  const here = await dashboard.openSignedIn();
  await here.getByRole('link', { name: 'API keys' }).click();
  await here.getByRole('button', { name: 'Revoke lost phone' }).click();
  await here.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await lost.getByLabel('Dashboard token').waitFor();
  await here.getByText(/^revoked/).waitFor();
});

test('an identity provider signs in, by a code that only this page can use', async () => {
  const page = await dashboard.openSignedOut();
  const { url } = dashboard.server;
  const provider = {
    authorization_endpoint: `${url}/idp/authorize`,
    token_endpoint: `${url}/idp/token`,
    client_id: 'dashboard',
    scope: 'openid',
  };
  let asked = new URLSearchParams();
  await page.route('**/auth/options', (route) => route.fulfill({ json: { identity_provider: provider } }));
  await page.route('**/idp/authorize?*', (route) => {
    asked = new URL(route.request().url()).searchParams;
    const back = `${asked.get('redirect_uri')}?code=from-provider&state=${asked.get('state')}`;
    return route.fulfill({ status: 302, headers: { location: back } });
  });
  await page.route('**/idp/token', (route) => {
    const sent = new URLSearchParams(route.request().postData() ?? '');
    const challenge = createHash('sha256')
      .update(sent.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight = sent.get('code') === 'from-provider' && challenge === asked.get('code_challenge');
    return route.fulfill({ json: isRight ? { access_token: dashboard.server.dashboardToken } : {} });
  });
  await page.goto(url);
  await page.getByRole('button', { name: 'Sign in with your identity provider' }).click();
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
  expect(page.url()).toBe(`${url}/#/`);
  expect(asked.get('code_challenge_method')).toBe('S256');

  await page.context().clearCookies();
  await page.goto(`${url}/?code=from-provider&state=made-up`);
  await page.getByLabel('Dashboard token').waitFor();
});
