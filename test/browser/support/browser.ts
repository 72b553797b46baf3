import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { ServerAccess } from './server-access.ts';

/** The browser program: Debian's Chromium, unless the variable CHROMIUM has another path. */
export const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Another name of this machine. Browsers treat localhost as secure without HTTPS, but not this name. */
export const OTHER_NAME = 'dashboard.test';

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
    args: ['--no-sandbox', `--host-resolver-rules=MAP ${OTHER_NAME} 127.0.0.1`],
  });

/**
 * Signs in with a pasted token.
 * @param origin the address to open, if it is not the server's own
 */
export async function signIn(page: Page, server: ServerAccess, origin = server.url): Promise<void> {
  await page.goto(origin);
  await pasteToken(page, server.dashboardToken);
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
}

export async function pasteToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('Dashboard token').fill(token);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
