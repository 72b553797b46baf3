import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { pairs } from '../adapters/jwt/signed-tokens.ts';
import { runAgentDashboard } from '../support/servers/agent-dashboard.ts';
import { TestIdentityProvider } from '../support/servers/identity-provider.ts';
import { CLIENT_ID } from '../support/servers/sign-in.ts';
import { Agent } from './support/agent.ts';
import { PHONE, pasteToken, signIn } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

test('the sign-in link works once, and its code is removed from the address and the history', async () => {
  const link = dashboard.signInLink;
  const page = await dashboard.openSignedOut();
  await page.goto(link);
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
  expect(page.url()).not.toContain('code');
  await page.reload();
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();

  const otherBrowser = await dashboard.openSignedOut();
  await otherBrowser.goto(link);
  await otherBrowser.getByRole('alert').getByText('This link has been used').waitFor();
  await otherBrowser.getByRole('alert').getByText('npm run --silent agent-dashboard -- link').waitFor();
  await otherBrowser.getByText('-- token issue --user local --scope dashboard').waitFor();
  await page.goto(link);
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
});

test('a sign-in link also works in a tab that shows the sign-in page', async () => {
  const page = await dashboard.openSignedOut();
  await page.goto(dashboard.server.url);
  await page.getByLabel('Dashboard token').waitFor();
  const { stdout } = await runAgentDashboard(['link'], dashboard.env);
  await page.goto(/http\S+/.exec(stdout)![0]);
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
  expect(page.url()).not.toContain('code');

  // Another link, while the server cannot be reached, leaves the user signed in.
  await page.route('**/auth/session', (route) => route.abort());
  const failed = page.waitForEvent('requestfailed');
  await page.goto(`${dashboard.server.url}/#code=AAAAAAAAAAAAAAAAAAAAAA`);
  await failed;
  // Two frames later, the page shows what the failure has changed.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await page.getByRole('navigation', { name: 'Agents' }).count()).toBe(1);
});

test.each([
  ['made up', '/#code=AAAAAAAAAAAAAAAAAAAAAA'],
  ['empty', '/#code='],
])('a link with a code that is %s does not sign in', async (_, path) => {
  const page = await dashboard.openSignedOut();
  await page.goto(dashboard.server.url + path);
  await page.getByLabel('Dashboard token').waitFor();
  expect(page.url()).not.toContain('code');
});

test('the page refuses an agent’s token and gives the reason', async () => {
  const page = await dashboard.openSignedOut();
  await page.goto(dashboard.server.url);
  await pasteToken(page, dashboard.server.agentToken);
  await page.getByRole('alert').getByText(/scope/).waitFor();
  expect(dashboard.pageErrors.splice(0).join()).toContain('403');
});

test('a pasted token signs in and is stored nowhere a script can read it; signing out ends the session', async () => {
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

test('signing out shows the keys that were made in the session, and revokes those that are selected', async () => {
  const page = await dashboard.openSignedIn();
  await page.getByRole('link', { name: 'API keys' }).click();
  const tokens: string[] = [];
  for (const name of ['laptop', 'server']) {
    await page.getByRole('textbox', { name: 'Name' }).fill(name);
    await page.getByRole('button', { name: 'Create key' }).click();
    const newKey = page.getByRole('region', { name: 'The new key' });
    tokens.push((await newKey.locator('code').textContent())!);
    await page.getByRole('button', { name: 'Done' }).click();
  }
  await page.getByRole('button', { name: /Sign out/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign out?' });
  await dialog.getByRole('checkbox', { name: /server/, checked: false }).waitFor();
  expect(await dialog.getByRole('checkbox', { checked: false }).count()).toBe(2);
  await dialog.getByRole('checkbox', { name: /laptop/ }).check();
  await dialog.getByRole('button', { name: 'Revoke and sign out' }).click();
  await page.getByLabel('Dashboard token').waitFor();

  const [laptop, server] = tokens.map((agentToken) => new Agent({ ...dashboard.server, agentToken }));
  await expect(laptop!.step('With a revoked key')).rejects.toThrow('401');
  await server!.step('With a key that stays');
});

test('a link to another port of the same host gives that port nothing that opens the dashboard', async () => {
  const seen: IncomingHttpHeaders[] = [];
  const previewServer = createServer(({ headers }, res) => {
    seen.push(headers);
    res.end('A preview');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void previewServer.close());
  await once(previewServer, 'listening');
  const address = `http://127.0.0.1:${(previewServer.address() as AddressInfo).port}/`;
  const page = await dashboard.openSignedIn();
  const agent = new Agent(dashboard.server);
  await agent.step(`The preview is at ${address}`);
  await page.getByRole('link', { name: /The preview is at/ }).click();
  const preview = page.context().waitForEvent('page');
  await page.getByRole('link', { name: address, exact: true }).click();
  await (await preview).getByText('A preview').waitFor();

  // Browsers do send the cookie there.
  const { cookie = '' } = seen[0]!;
  const value = cookie.split('=')[1] ?? '';
  expect(value).toMatch(/^[\w-]{43}$/);
  const verify = (headers: { [name: string]: string }) =>
    fetch(`${dashboard.server.url}/api/v1/auth/verify`, { headers });
  expect((await verify({ cookie })).status).toBe(401);
  expect((await verify({ cookie, 'x-session': value })).status).toBe(401);
  expect((await verify({ authorization: `Bearer ${value}` })).status).toBe(401);
});

test('a key is made only after a sign-in of the last hour; the page asks for one', async () => {
  const page = await dashboard.openSignedIn();
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.route('**/api-keys', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({ status: 403, json: { code: 'sign_in_again', detail: 'Sign in again' } })
      : route.continue(),
  );
  await page.getByLabel('Name').fill('laptop');
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('dialog', { name: 'Sign in again' }).waitFor();
  await expect.poll(() => dashboard.pageErrors.splice(0).join()).toContain('403');
  await page.unroute('**/api-keys');
  await pasteToken(page, dashboard.server.dashboardToken);
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByText('Copy the key now:').waitFor();
});

test('after a session has expired, the user signs in again and the unsent message is sent', async () => {
  const page = await dashboard.openSignedOut();
  await signIn(page, {
    ...dashboard.server,
    dashboardToken: await dashboard.issueToken('dashboard', { expiresInSeconds: 4 }),
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

test('revoking the key of another browser signs that browser out', async () => {
  const lostPhone = await dashboard.openSignedOut(PHONE);
  const token = await dashboard.issueToken('dashboard', { name: 'lost phone' });
  await signIn(lostPhone, { ...dashboard.server, dashboardToken: token });
  const otherPage = await dashboard.openSignedIn();
  await otherPage.getByRole('link', { name: 'API keys' }).click();
  await otherPage.getByRole('button', { name: 'Revoke lost phone' }).click();
  await otherPage.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await lostPhone.getByLabel('Dashboard token').waitFor();
  await otherPage.getByText(/^\d+ revoked keys?$/).waitFor();
});

test('an identity provider signs the user in, who then sees the view from before; an answer works once', async () => {
  await using provider = await TestIdentityProvider.start({ keys: [pairs.EdDSA] });
  await using server = await dashboard.startOtherServer({
    JWKS_URL: provider.jwksUrl,
    JWT_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT_ID,
  });
  const { url } = server;
  const page = await dashboard.openSignedOut();
  await page.goto(`${url}/#/keys`);
  const answered = page.waitForRequest((request) => request.url().includes('/auth/provider/answer?'));
  await page.getByRole('button', { name: 'Sign in with your identity provider' }).click();
  await page.getByPlaceholder('Enter any login').fill('ada');
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'API keys' }).waitFor();
  expect(page.url()).toBe(`${url}/#/keys`);
  await page.getByRole('button', { name: 'Revoke browser' }).waitFor();

  const otherBrowser = await dashboard.openSignedOut();
  await otherBrowser.goto((await answered).url());
  await otherBrowser.getByText('The identity provider did not sign you in.').waitFor();
  await otherBrowser.getByLabel('Dashboard token').waitFor();
});
