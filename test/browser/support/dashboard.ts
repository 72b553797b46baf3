import { cp } from 'node:fs/promises';
import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import type { Scope } from '../../../src/domain/user/api-key.ts';
import { freshStore, type Store, type StoreKind } from '../../e2e/stores.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { DESKTOP, launchBrowser, OTHER_NAME, signIn } from './browser.ts';
import type { ServerAccess } from './server-access.ts';
import { type KeyOptions, TokenIssuer } from './token-issuer.ts';

/**
 * What a test of the page needs: the real server, with a user of the test's own in it, and browsers. What a
 * page complains of fails the test, whatever it is about.
 */
export class Dashboard {
  /** The server as the user of this test knows it. */
  server!: ServerAccess;
  /** What the pages complained of; a test that expects a complaint takes it out. */
  readonly pageErrors: string[] = [];
  #browser!: Browser;
  #store!: Store;
  #running!: RunningServer;
  #desk!: TokenIssuer;
  #user = '';

  /** One more person, tab or device, signed in. @param origin another name of the same server */
  async openSignedIn(device: BrowserContextOptions = DESKTOP, origin = this.server.url): Promise<Page> {
    const page = await this.openSignedOut(device);
    await signIn(page, this.server, origin);
    return page;
  }

  /** A browser that nobody has signed in with. */
  async openSignedOut(device: BrowserContextOptions = DESKTOP): Promise<Page> {
    const context = await this.#browser.newContext({ locale: 'en-GB', ...device });
    context.setDefaultTimeout(TIMEOUT_MS);
    await this.#listen(context);
    return context.newPage();
  }

  /** One more key of the test's user. */
  token(scope: Scope, options: KeyOptions = {}): Promise<string> {
    return this.#desk.issue(this.#user, scope, options);
  }

  /** The link that the server printed when it started. It is the user `local` who comes by it. */
  get signInLink(): string {
    return /Open: +(\S+)/.exec(this.#running.process.stdout)![1]!;
  }

  /** What a program beside the server has to be told to reach it. */
  get env(): { readonly [name: string]: string | undefined } {
    return { ...this.#store.env, MCP_SERVER_PORT: String(this.#running.port) };
  }

  get user(): string {
    return this.#user;
  }

  /** As a power cut would. */
  killServer(): Promise<void> {
    return this.#running.kill9();
  }

  /** The same again: port, data and keys. */
  async restart(): Promise<void> {
    this.#running = await RunningServer.start({ ...SETTINGS, ...this.env });
  }

  /** One more process of the same server, on the same database. */
  async startSecondProcess(): Promise<RunningServer> {
    return RunningServer.start({ ...SETTINGS, ...this.#store.env });
  }

  async #listen(context: BrowserContext): Promise<void> {
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

  /** Registers the set-up and the end with the test runner: a server for each test file, a user for each test. */
  static forTests(kind: StoreKind = 'PGlite'): Dashboard {
    const dashboard = new Dashboard();
    let users = 0;
    beforeAll(async () => {
      dashboard.#store = await freshStore(kind);
      if (kind === 'PGlite')
        await cp(inject('migratedFolder'), dashboard.#store.env.DATA_DIR, { recursive: true });
      dashboard.#running = await RunningServer.start({ ...SETTINGS, ...dashboard.#store.env });
      dashboard.#desk = await TokenIssuer.open(dashboard.#store.env);
      dashboard.#browser = await launchBrowser();
    });
    afterAll(async () => {
      await dashboard.#browser?.close();
      await dashboard.#desk?.[Symbol.asyncDispose]();
      await dashboard.#running?.[Symbol.asyncDispose]();
      await dashboard.#store?.[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      users += 1;
      dashboard.#user = `user-${users}`;
      dashboard.server = {
        url: dashboard.#running.url,
        agentToken: await dashboard.token('agent'),
        dashboardToken: await dashboard.token('dashboard'),
      };
    });
    afterEach(async () => {
      for (const context of dashboard.#browser.contexts()) await context.close();
      expect(dashboard.pageErrors.splice(0)).toEqual([]);
    });
    return dashboard;
  }
}

/** What a page has not shown by then does not come. */
const TIMEOUT_MS = 15_000;

const SETTINGS = { LOG_LEVEL: 'warn', ALLOWED_HOSTS: OTHER_NAME };

/** How a page learns that nobody is signed in, that an agent is gone, that somebody was first, or of a cut line. */
const isExpected = (message: ConsoleMessage): boolean =>
  /^Failed to load resource: (?:.* status of (?:401|404|409) |net::ERR_)/.test(message.text());
