import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inMemory, TestServer } from '../adapters/koa/test-server.ts';
import { launchBrowser } from './support/browser.ts';

const PAGE_DIR = join(import.meta.dirname, '../../web/dist');

test('the reference shows every operation, keeps to its policy and loads nothing from elsewhere', async () => {
  await using server = await TestServer.start({ live: inMemory().live, pageDir: PAGE_DIR });
  const browser = await launchBrowser();
  await using _closed = { [Symbol.asyncDispose]: () => browser.close() };
  const page = await browser.newPage();
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${server.url}/`)) foreign.push(request.url());
  });

  await page.goto(`${server.url}/docs`);
  await page.locator('rapi-doc').getByText('Report a step or ask a question').first().waitFor();

  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object };
  const operations = Object.values(paths).flatMap(Object.keys);
  expect(operations.length).toBeGreaterThan(30);
  expect(await page.locator('rapi-doc .expanded-endpoint-body').count()).toBe(operations.length);
  expect(complaints).toEqual([]);
  expect(foreign).toEqual([]);
});

test('an operation can be tried there with a token', async () => {
  await using server = await TestServer.start({ live: inMemory().live, pageDir: PAGE_DIR });
  const browser = await launchBrowser();
  await using _closed = { [Symbol.asyncDispose]: () => browser.close() };
  const page = await browser.newPage();
  await page.goto(`${server.url}/docs`);
  await page.getByPlaceholder('api-token').first().fill('ann');
  await page.getByRole('button', { name: 'Set' }).first().click();
  const verify = page.locator('rapi-doc .expanded-endpoint-body', {
    hasText: 'Tell what the token stands for',
  });
  const answered = page.waitForResponse((response) => response.url().endsWith('/auth/verify'));
  await verify.getByRole('button', { name: 'Try' }).click();
  expect((await answered).status()).toBe(200);
});
