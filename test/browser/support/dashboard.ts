import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Scope } from '../../../src/domain/user/api-key.ts';
import { freshStore, type Store, type StoreKind } from '../../e2e/stores.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { DESKTOP, OTHER_NAME, signIn } from './browser.ts';
import type { ServerAccess } from './server-access.ts';
import { type KeyOptions, TokenIssuer } from './token-issuer.ts';
import { WatchedBrowser } from './watched-browser.ts';

/**
 * Provides what a test of the page needs: a running server, a new user for each test, and browsers. A test
 * fails if a page reports any error.
 */
export class Dashboard {
  /** The server's address, and the tokens of this test's user. */
  server!: ServerAccess;
  #browser!: WatchedBrowser;
  #store!: Store;
  #running!: RunningServer;
  #tokenIssuer!: TokenIssuer;
  #user = '';
  readonly #otherStores: Store[] = [];

  /**
   * Opens the page in a new browser context, signed in.
   * @param origin the address to open, if it is not the server's own
   */
  async openSignedIn(device: BrowserContextOptions = DESKTOP, origin = this.server.url): Promise<Page> {
    const page = await this.openSignedOut(device);
    await signIn(page, this.server, origin);
    return page;
  }

  /** Returns an empty page in a new browser context that is not signed in. */
  async openSignedOut(device: BrowserContextOptions = DESKTOP): Promise<Page> {
    return this.#browser.openPage(device);
  }

  /** Errors that the pages have reported. A test that expects an error removes it from here. */
  get pageErrors(): string[] {
    return this.#browser.pageErrors;
  }

  /** Issues another token for the test's user. */
  issueToken(scope: Scope, options: KeyOptions = {}): Promise<string> {
    return this.#tokenIssuer.issue(this.#user, scope, options);
  }

  /** The link that the server printed when it started. It signs in the user `local`. */
  get signInLink(): string {
    return /Open: +(\S+)/.exec(this.#running.process.stdout)![1]!;
  }

  /** The environment of another program, for example the demo, that uses this server. */
  get env(): { readonly [name: string]: string | undefined } {
    return { ...this.#store.env, MCP_SERVER_PORT: String(this.#running.port) };
  }

  get user(): string {
    return this.#user;
  }

  /** Kills the server with SIGKILL, so that it cannot finish anything. */
  killServer(): Promise<void> {
    return this.#running.kill9();
  }

  /** Starts the server again, with the same port, data and keys. */
  async restart(): Promise<void> {
    this.#running = await RunningServer.start({ ...SETTINGS, ...this.env });
  }

  /** Starts another server process on the same database. */
  async startSecondProcess(): Promise<RunningServer> {
    return RunningServer.start({ ...SETTINGS, ...this.#store.env });
  }

  /** Starts another server, with its own data, keys and users. */
  async startOtherServer(env: { readonly [name: string]: string } = {}): Promise<RunningServer> {
    const store = await freshStore('PGlite');
    this.#otherStores.push(store);
    return RunningServer.start({ ...SETTINGS, ...store.env, ...env });
  }

  /** Registers set-up and clean-up with the test runner: one server per test file, one user per test. */
  static forTests(kind: StoreKind = 'PGlite'): Dashboard {
    const dashboard = new Dashboard();
    let userCount = 0;
    beforeAll(async () => {
      dashboard.#store = kind === 'PGlite' ? await freshStore('PGlite') : await freshStore(kind);
      dashboard.#running = await RunningServer.start({ ...SETTINGS, ...dashboard.#store.env });
      dashboard.#tokenIssuer = await TokenIssuer.open(dashboard.#store.env);
      dashboard.#browser = await WatchedBrowser.launch();
    });
    afterAll(async () => {
      await dashboard.#browser?.[Symbol.asyncDispose]();
      await dashboard.#tokenIssuer?.[Symbol.asyncDispose]();
      await dashboard.#running?.[Symbol.asyncDispose]();
      for (const store of [dashboard.#store, ...dashboard.#otherStores]) await store?.[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      userCount += 1;
      dashboard.#user = `user-${userCount}`;
      dashboard.server = {
        url: dashboard.#running.url,
        agentToken: await dashboard.issueToken('agent'),
        dashboardToken: await dashboard.issueToken('dashboard'),
      };
    });
    afterEach(() => dashboard.#browser.endTest());
    return dashboard;
  }
}

const SETTINGS = { LOG_LEVEL: 'warn', ALLOWED_HOSTS: OTHER_NAME };
