import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Koa from 'koa';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { servePageFiles } from '../../src/adapters/koa/server/page-files.ts';
import type { PushMessage } from '../../src/adapters/notify/web-push/push-message.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { PushedBrowser } from './support/pushed-browser.ts';
import { WatchedBrowser } from './support/watched-browser.ts';

const PAGE_DIR = join(import.meta.dirname, '../../web/dist');

/** On a machine that is busy with other things. */
const POLL = { timeout: 30_000 };

let chromium: WatchedBrowser;
beforeAll(async () => {
  chromium = await WatchedBrowser.launch();
});
afterAll(() => chromium[Symbol.asyncDispose]());
afterEach(() => chromium.endTest());

/** Serves the files of the page below a path, and nothing of the API. */
async function servePage(basePath = '') {
  let serve = servePageFiles(PAGE_DIR, basePath);
  const app = new Koa();
  app.use((ctx, next) => {
    if (!ctx.path.startsWith(basePath)) return next();
    ctx.path = ctx.path.slice(basePath.length) || '/';
    ctx.req.url = ctx.url;
    return serve(ctx, next);
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}`,
    use: (dir: string) => {
      serve = servePageFiles(dir, basePath);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function openWithWorker(url: string): Promise<{ page: Page; browser: PushedBrowser }> {
  const page = await chromium.openPage();
  await page.context().grantPermissions(['notifications']);
  await page.goto(url);
  await page.evaluate(async (path) => {
    const { installing } = await navigator.serviceWorker.register(path, { updateViaCache: 'none' });
    await new Promise<void>((resolve) => {
      installing!.addEventListener('statechange', () => installing!.state === 'activated' && resolve());
    });
  }, `${url}/service-worker.js`);
  return { page, browser: await PushedBrowser.of(page) };
}

const message = (fields: Partial<PushMessage> = {}): PushMessage => ({
  ...{ tag: 'question-1', title: 'Claude asks', body: 'May I?', hash: '#/keys', isOver: false },
  options: [
    { label: 'Yes', token: 'yes' },
    { label: 'No', token: 'no' },
  ],
  ...fields,
});

const over = (fields: Partial<PushMessage> = {}): PushMessage =>
  message({ isOver: true, title: 'Answered on the page: Yes', options: [], ...fields });

const titles = async (browser: PushedBrowser): Promise<string[]> =>
  (await browser.shown()).map(({ title }) => title).sort();

test('its file is never older than the server, and may load only from it', async () => {
  await using server = await servePage();
  const { status, headers } = await fetch(`${server.url}/service-worker.js`);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toMatch(/javascript/);
  expect(headers.get('cache-control')).toBe('no-cache');
  expect(headers.get('content-security-policy')).toMatch(/worker-src 'self'/);
  expect(headers.get('content-security-policy')).toMatch(/manifest-src 'self'/);
});

test('the page can be installed', async () => {
  await using server = await servePage('/agents');
  const page = await chromium.openPage();
  await page.goto(server.url);
  const session = await page.context().newCDPSession(page);
  const { url, errors, data } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  expect(url).toBe(`${server.url}/manifest.webmanifest`);
  const { icons, ...manifest } = JSON.parse(data!);
  expect(new URL(manifest.start_url, url).href).toBe(`${server.url}/`);
  for (const { src } of icons) expect((await fetch(new URL(src, url))).status).toBe(200);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A page in a private window cannot be installed, and each test has one.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
});

describe.each(['', '/agents'])('at the path "%s"', (basePath) => {
  test('a push shows a notification with its answers', async () => {
    await using server = await servePage(basePath);
    const { browser } = await openWithWorker(server.url);
    await browser.push(message());
    await expect
      .poll(() => browser.shown())
      .toEqual([
        {
          ...{ title: 'Claude asks', body: 'May I?', tag: 'question-1', actions: ['Yes', 'No'] },
          ...{ silent: false, renotify: true },
        },
      ]);
  });

  test('a click opens what the notification is about, in the page that is open', async () => {
    await using server = await servePage(basePath);
    const { page, browser } = await openWithWorker(server.url);
    await browser.push(message());
    await expect.poll(() => titles(browser), POLL).toHaveLength(1);
    await browser.click('question-1');
    await page.waitForURL(`${server.url}#/keys`);
    expect(await browser.shown()).toEqual([]);
  });
});

test('a repeated push replaces the first, and other questions stay', async () => {
  await using server = await servePage();
  const { browser } = await openWithWorker(server.url);
  await browser.push(message());
  await browser.push(message({ tag: 'question-2', title: 'Codex asks' }));
  await browser.push(message({ title: 'Claude asks again' }));
  await expect.poll(() => titles(browser), POLL).toEqual(['Claude asks again', 'Codex asks']);
});

test.each(['no JSON', '{"tag":1}', '{"future":"format"}'])(
  'a push that cannot be read shows something: %s',
  async (data) => {
    await using server = await servePage();
    const { browser } = await openWithWorker(server.url);
    await browser.push(data);
    await expect.poll(() => titles(browser), POLL).toEqual(['Agent Dashboard']);
  },
);

describe('what is over', () => {
  test('says so silently for a moment, then goes away', async () => {
    await using server = await servePage();
    const { page, browser } = await openWithWorker(server.url);
    await browser.push(message());
    await page.goto('about:blank');
    await browser.push(over());
    await expect
      .poll(() => browser.shown())
      .toMatchObject([{ title: 'Answered on the page: Yes', silent: true, actions: [] }]);
    await expect.poll(() => titles(browser), POLL).toEqual([]);
  });

  test('goes away at once while the page is visible', async () => {
    await using server = await servePage();
    const { browser } = await openWithWorker(server.url);
    await browser.push(message());
    await expect.poll(() => titles(browser), POLL).toHaveLength(1);
    await browser.push(over());
    await expect.poll(() => titles(browser), { timeout: 5_000 }).toEqual([]);
  });

  test('goes away at once while another question waits', async () => {
    await using server = await servePage();
    const { page, browser } = await openWithWorker(server.url);
    await browser.push(message());
    await browser.push(message({ tag: 'question-2', title: 'Codex asks' }));
    await expect.poll(() => titles(browser), POLL).toHaveLength(2);
    await page.goto('about:blank');
    await browser.push(over());
    await expect.poll(() => titles(browser), { timeout: 5_000 }).toEqual(['Codex asks']);
  });

  test('goes away with the next question', async () => {
    await using server = await servePage();
    const { page, browser } = await openWithWorker(server.url);
    await page.goto('about:blank');
    await browser.push(over());
    await expect.poll(() => titles(browser), POLL).toHaveLength(1);
    await browser.push(message({ tag: 'question-2', title: 'Codex asks' }));
    await expect.poll(() => titles(browser), { timeout: 5_000 }).toEqual(['Codex asks']);
  });
});

/** The worker after the update. The types of the page do not have it. */
interface NewWorker {
  readonly isNew?: boolean;
  readonly serviceWorker: { readonly state: string };
}

test('an update of the page replaces the worker at once, and keeps what is shown', async () => {
  await using folder = await temporaryFolder();
  await using server = await servePage();
  const { page, browser } = await openWithWorker(server.url);
  await browser.push(message());
  await expect.poll(() => titles(browser), POLL).toHaveLength(1);
  await cp(PAGE_DIR, folder.path, { recursive: true });
  const file = join(folder.path, 'service-worker.js');
  await writeFile(file, `${await readFile(file, 'utf8')}\nself.isNew = true;`);
  for (const ending of ['br', 'gz']) await rm(`${file}.${ending}`);
  server.use(folder.path);
  await page.reload();
  const isNew = () =>
    browser.worker
      .evaluate(() => {
        const { isNew = false, serviceWorker } = self as unknown as NewWorker;
        return isNew && serviceWorker.state === 'activated';
      })
      .catch(() => false);
  await expect.poll(isNew, POLL).toBe(true);
  expect(await titles(browser)).toEqual(['Claude asks']);
  // Nobody has closed the page, so without `skipWaiting` the new worker would wait.
  await browser.push(message({ tag: 'question-2' }));
  await expect.poll(() => titles(browser), POLL).toHaveLength(2);
  await browser.click('question-1');
  await page.waitForURL(`${server.url}/#/keys`);
});
