import { createHash, randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { DESKTOP, PHONE, pasteToken } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

const REDIRECT_URI = 'https://app.example/callback';

/** Registers a program at the server. Returns its id. */
async function register(metadata: object = {}): Promise<string> {
  const response = await fetch(`${dashboard.server.url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'My <b>program</b>', redirect_uris: [REDIRECT_URI], ...metadata }),
  });
  return ((await response.json()) as { client_id: string }).client_id;
}

/** The program's part of a sign-in: the address to open, and the exchange of the code that comes back. */
function newAttempt(clientId: string, scope = 'agent') {
  const verifier = randomBytes(32).toString('base64url');
  const parameters = new URLSearchParams({
    ...{ client_id: clientId, redirect_uri: REDIRECT_URI, response_type: 'code', state: 'the state', scope },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return {
    url: `${dashboard.server.url}/oauth/authorize?${parameters}`,
    async exchange(code: string) {
      const response = await fetch(`${dashboard.server.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          ...{ grant_type: 'authorization_code', client_id: clientId, redirect_uri: REDIRECT_URI, code },
          code_verifier: verifier,
        }),
      });
      return (await response.json()) as { access_token?: string };
    },
  };
}

/** Opens a link on the website of the program, and returns what comes back to the program. */
async function startAt(page: Page, url: string) {
  await page.route('https://app.example/**', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<a href="${url.replaceAll('&', '&amp;')}">Connect</a>`,
    }),
  );
  await page.goto('https://app.example/');
  await page.getByRole('link', { name: 'Connect' }).click();
}
/** Returns what the program gets after `act`. Nobody answers at its address, because it does not exist. */
async function arriveAtProgram(page: Page, act: () => Promise<void>): Promise<URLSearchParams> {
  const arrival = page.waitForRequest((request) => request.url().startsWith(`${REDIRECT_URI}?`));
  await act();
  return new URL((await arrival).url()).searchParams;
}

test('a person lets a program in, which then works, and takes the access back on the page of keys', async () => {
  const page = await dashboard.openSignedIn(PHONE);
  const attempt = newAttempt(await register(), 'agent dashboard');
  await startAt(page, attempt.url);
  await page.getByRole('heading', { name: 'Allow “My <b>program</b>”?' }).waitFor();
  await page.getByText('You go back to app.example.').waitFor();
  await page.getByText('act as your agent').waitFor();
  await page.getByText('do all that you can do here').waitFor();
  const answer = await arriveAtProgram(page, () =>
    page.getByRole('button', { name: 'Allow', exact: true }).tap(),
  );
  expect(answer.get('iss')).toBe(`${dashboard.server.url}/oauth`);
  const { access_token } = await attempt.exchange(answer.get('code')!);
  const verify = () =>
    fetch(`${dashboard.server.url}/api/v1/auth/verify`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
  expect(await (await verify()).json()).toMatchObject({ user_id: dashboard.user });

  // In another tab: in this one, the browser still tells that the program does not exist.
  const keys = await page.context().newPage();
  await keys.goto(`${dashboard.server.url}/#/keys`);
  const key = keys.getByRole('listitem').filter({ hasText: 'My <b>program</b>' });
  await key.getByText('signed in from app.example').waitFor();
  await key.getByRole('button', { name: 'Revoke' }).tap();
  await keys.getByRole('dialog').getByRole('button', { name: 'Revoke' }).tap();
  await keys.getByText('1 revoked key').waitFor();
  expect((await verify()).status).toBe(401);
});

test('a person who is not signed in does that first; a website that was allowed is not asked about again', async () => {
  const clientId = await register();
  const page = await dashboard.openSignedOut(DESKTOP);
  await startAt(page, newAttempt(clientId).url);
  await page.getByText('A program asks for access. Sign in first').waitFor();
  await pasteToken(page, dashboard.server.dashboardToken);
  await arriveAtProgram(page, () => page.getByRole('button', { name: 'Allow', exact: true }).click());
  const again = await arriveAtProgram(page, () => startAt(page, newAttempt(clientId).url));
  expect(again.get('code')).not.toBeNull();
});

test('a person can say no, and the page of an old request says that it is over', async () => {
  const page = await dashboard.openSignedIn();
  await startAt(page, newAttempt(await register()).url);
  await page.getByRole('heading', { name: /^Allow/ }).waitFor();
  const address = page.url();
  const answer = await arriveAtProgram(page, () =>
    page.getByRole('button', { name: 'Do not allow' }).click(),
  );
  expect(answer.get('error')).toBe('access_denied');
  const later = await page.context().newPage();
  await later.goto(address);
  await later.getByText('There is no such request of a program').waitFor();
});

test('a person types in the code of a device, and decides about the program there', async () => {
  const clientId = await register({ grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] });
  const response = await fetch(`${dashboard.server.url}/oauth/device/authorize`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, scope: 'agent' }),
  });
  const { user_code, verification_uri } = (await response.json()) as { [name: string]: string };
  const page = await dashboard.openSignedIn(PHONE);
  await page.goto(verification_uri!);
  await page.getByLabel('Type in the code').fill(user_code!.toLowerCase());
  await page.getByRole('button', { name: 'Go on' }).tap();
  await page.getByText('It runs on another device, which shows the code.').waitFor();
  await page.getByRole('button', { name: 'Allow', exact: true }).tap();
  await page.getByRole('heading', { name: 'Allowed' }).waitFor();
});
