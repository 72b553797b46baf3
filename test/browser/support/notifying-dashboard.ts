import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { inMemoryStore } from '../../../src/adapters/in-memory/store.ts';
import { createApp } from '../../../src/adapters/koa/server/app.ts';
import { createHttpServer, type HttpServer } from '../../../src/adapters/koa/server/http-server.ts';
import { aesSecretBox, newSecretKey } from '../../../src/adapters/runtime/aes-secret-box.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { JobRunner } from '../../../src/application/jobs/job-runner.ts';
import { Channels } from '../../../src/application/notifications/channels.ts';
import { createDashboard } from '../../../src/dashboard.ts';
import { unauthenticated } from '../../../src/ports/errors.ts';
import type { Notifier } from '../../../src/ports/notifier.ts';
import { fakeTokens, LogBook, listen, options } from '../../adapters/koa/test-server.ts';
import { RecordingNotifier } from '../../support/recording-notifier.ts';
import { DESKTOP, signIn } from './browser.ts';
import type { ServerAccess } from './server-access.ts';
import { WatchedBrowser } from './watched-browser.ts';

const PAGE_DIR = join(import.meta.dirname, '../../../web/dist');

/**
 * Provides a page whose server notifies through recording channels. The server is new for each test, and
 * keeps its data in memory.
 */
export class NotifyingDashboard {
  server!: ServerAccess;
  recorder!: RecordingNotifier;
  #browser!: WatchedBrowser;
  #http!: HttpServer;
  #jobs!: JobRunner;
  #stop!: () => void;
  readonly #others: readonly Notifier[];

  private constructor(others: readonly Notifier[]) {
    this.#others = others;
  }

  async openSignedIn(device: BrowserContextOptions = DESKTOP): Promise<Page> {
    const page = await this.openSignedOut(device);
    await signIn(page, this.server);
    return page;
  }

  openSignedOut(device: BrowserContextOptions = DESKTOP): Promise<Page> {
    return this.#browser.openPage(device);
  }

  /** Errors that the pages have reported. A test that expects an error removes it from here. */
  get pageErrors(): string[] {
    return this.#browser.pageErrors;
  }

  /** Adds a destination as the page does, and returns its id. */
  async addDestination(name = 'Phone', channel = 'recorder'): Promise<string> {
    const settings = { topic: 'my-secret-topic', password: 'secret' };
    const added = await this.call('POST', '/notification-destinations', {
      channel,
      name,
      settings,
    });
    return ((await added.json()) as { id: string }).id;
  }

  /** Calls the API as the person. */
  async call(method: string, path: string, body?: object): Promise<Response> {
    const response = await fetch(`${this.server.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.server.dashboardToken}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async #start(notifies: boolean): Promise<void> {
    this.recorder = new RecordingNotifier();
    const missing = [{ channel: 'email', title: 'E-mail', hint: 'Set SMTP_URL to the address of a server.' }];
    const channels = new Channels(aesSecretBox(newSecretKey()), [this.recorder, ...this.#others], {
      missing,
    });
    const dashboard = createDashboard({
      store: inMemoryStore(new InProcessSignals()),
      notifications: notifies ? { channels, pageUrl: () => this.server.url } : null,
    });
    const { dispatch, live, answerLinks, deliveries } = dashboard;
    const logger = new LogBook();
    const signIn = { redeem: () => Promise.reject(unauthenticated('no code')), signOut: async () => {} };
    const app = createApp({
      ...options(dispatch, logger),
      ...{ tokens: fakeTokens, live, answerLinks, signIn, pageDir: PAGE_DIR },
    });
    this.#http = createHttpServer(app);
    const port = await listen(this.#http.server);
    this.server = {
      url: `http://127.0.0.1:${port}`,
      agentToken: 'ann',
      dashboardToken: 'ann-dashboard',
    };
    this.#jobs = await JobRunner.start(deliveries === null ? [] : [deliveries], logger);
    this.#stop = () => dashboard.stop();
  }

  async #end(): Promise<void> {
    this.#jobs[Symbol.dispose]();
    this.#stop();
    await this.#http.drain(0);
  }

  /**
   * Registers set-up and clean-up with the test runner.
   * @param notifies whether the server notifies anybody at all
   * @param others channels of the server besides the recording one
   */
  static forTests(notifies = true, others: readonly Notifier[] = []): NotifyingDashboard {
    const dashboard = new NotifyingDashboard(others);
    beforeAll(async () => {
      dashboard.#browser = await WatchedBrowser.launch();
    });
    afterAll(() => dashboard.#browser?.[Symbol.asyncDispose]());
    beforeEach(() => dashboard.#start(notifies));
    afterEach(async () => {
      await dashboard.#end();
      await dashboard.#browser.endTest();
    });
    return dashboard;
  }
}
