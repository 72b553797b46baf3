import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NOW } from '../../support/builders.ts';
import { NotifiedApplication, pass } from './notified-application.ts';

let load: number;
let app: NotifiedApplication;

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  app = new NotifiedApplication(() => load);
  await app.start();
  await app.add('hook');
  for (let instance = 1; instance <= 200; instance += 1) await app.ask({}, instance);
});
afterEach(() => {
  app[Symbol.dispose]();
  vi.useRealTimers();
});

test('a process that has little else to do delivers 100 notifications a second', async () => {
  load = 0.5;
  await pass(4);
  expect(app.hook.notices).toHaveLength(200);
});

test('a busy process delivers fewer, and lets requests go first, but delivers all', async () => {
  load = 1;
  await pass(4);
  expect(app.hook.notices.length).toBeLessThan(120);
  await pass(20);
  expect(app.hook.notices).toHaveLength(200);
});
