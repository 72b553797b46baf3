import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { DESKTOP, launchBrowser, signedIn } from './browser.ts';
import { FakeServer } from './fake-server.ts';

/** What a test of the page needs: a server of its own, and people who are signed in. */
export class Dashboard {
  server = new FakeServer();
  /** What the pages complained of; a test that expects a complaint takes it out. */
  readonly complaints: string[] = [];
  #browser: Browser | null = null;

  /** One more person, tab or device. @param origin another name of the same server */
  async open(device: BrowserContextOptions = DESKTOP, origin = this.server.url): Promise<Page> {
    const page = await signedIn(this.browser, this.server, device, origin);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('ERR_'))
        this.complaints.push(message.text());
    });
    return page;
  }

  get browser(): Browser {
    return this.#browser!;
  }

  /** Registers the set-up and the end with the test runner. */
  static forTests(): Dashboard {
    const dashboard = new Dashboard();
    beforeAll(async () => {
      dashboard.#browser = await launchBrowser();
    });
    afterAll(() => dashboard.#browser?.close());
    beforeEach(async () => {
      dashboard.server = new FakeServer();
      dashboard.complaints.length = 0;
      await dashboard.server.start();
    });
    afterEach(async () => {
      for (const context of dashboard.browser.contexts()) await context.close();
      await dashboard.server.stop();
    });
    return dashboard;
  }
}
