import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import { expect } from 'vitest';
import { DESKTOP, launchBrowser } from './browser.ts';

/** How long a test waits for something to appear on a page. */
const TIMEOUT_MS = 60_000;

/** A browser that collects the errors of its pages. */
export class WatchedBrowser implements AsyncDisposable {
  /** Errors that the pages have reported. A test that expects an error removes it from here. */
  readonly pageErrors: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<WatchedBrowser> {
    return new WatchedBrowser(await launchBrowser());
  }

  /** Returns an empty page in a new browser context. */
  async openPage(device: BrowserContextOptions = DESKTOP): Promise<Page> {
    const context = await this.#browser.newContext({ locale: 'en-GB', ...device });
    context.setDefaultTimeout(TIMEOUT_MS);
    await this.#collectErrors(context);
    return context.newPage();
  }

  /** Closes all pages. Fails if one of them has reported an error. */
  async endTest(): Promise<void> {
    for (const context of this.#browser.contexts()) await context.close();
    expect(this.pageErrors.splice(0)).toEqual([]);
  }

  async #collectErrors(context: BrowserContext): Promise<void> {
    context.on('weberror', (error) => this.pageErrors.push(error.error().message));
    context.on('console', (message) => {
      if (message.type() === 'error' && !isExpected(message)) this.pageErrors.push(message.text());
    });
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) => {
        console.error(`policy: ${violatedDirective} forbids ${blockedURI} (${sourceFile})`);
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** Browsers log every failed request. Statuses 401, 404 and 409 and lost connections are normal here. */
const isExpected = (message: ConsoleMessage): boolean =>
  /^Failed to load resource: (?:.* status of (?:401|404|409) |net::ERR_)/.test(message.text());
