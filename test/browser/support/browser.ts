import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Served } from './served.ts';

/** Debian's; another one by CHROMIUM. */
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: EXECUTABLE,
    // dashboard.test: this machine under a name that browsers do not trust as they trust localhost.
    args: ['--no-sandbox', '--host-resolver-rules=MAP dashboard.test 127.0.0.1'],
  });

/** A person's device, signed in. @param origin another name of the same server */
export async function signedIn(
  browser: Browser,
  server: Served,
  device: BrowserContextOptions = DESKTOP,
  origin = server.url,
): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...device });
  const page = await context.newPage();
  await page.goto(origin);
  await page.getByLabel('Dashboard token').fill(server.dashboardToken);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
  return page;
}
