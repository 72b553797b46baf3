import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Job } from '../../../src/application/jobs/job.ts';
import { JobRunner } from '../../../src/application/jobs/job-runner.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const MINUTE = 60_000;
const warn = vi.fn();
const start = (job: Job) => JobRunner.start([job], { warn });

/** A job that counts its runs. It runs again when `next` says so. */
class CountingJob implements Job {
  readonly name = 'count';
  readonly firstRunAfterMs: number;
  next: () => Promise<number | null>;
  runs = 0;
  runAfter: (milliseconds: number) => void = () => {};
  isSubscribed = false;

  constructor(firstRunAfterMs: number, next: () => Promise<number | null>) {
    this.firstRunAfterMs = firstRunAfterMs;
    this.next = next;
  }

  run(): Promise<number | null> {
    this.runs += 1;
    return this.next();
  }

  onDue(runAfter: (milliseconds: number) => void) {
    this.runAfter = runAfter;
    this.isSubscribed = true;
    return {
      close: () => {
        this.isSubscribed = false;
      },
    };
  }
}

test('a job with no delay has run once when the start resolves', async () => {
  const job = new CountingJob(0, async () => null);
  using _runner = await start(job);
  expect(job.runs).toBe(1);
});

test('a job with a delay runs after it, and then again after the time that each run returns', async () => {
  const job = new CountingJob(MINUTE, async () => 10 * MINUTE);
  using _runner = await start(job);
  await vi.advanceTimersByTimeAsync(MINUTE - 1);
  expect(job.runs).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(job.runs).toBe(1);
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(job.runs).toBe(2);
});

test('a job that returns null runs again only when it becomes due', async () => {
  const job = new CountingJob(0, async () => null);
  using _runner = await start(job);
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(job.runs).toBe(1);
  job.runAfter(MINUTE);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(job.runs).toBe(2);
});

test('a job that becomes due replaces its next run', async () => {
  const job = new CountingJob(0, async () => 10 * MINUTE);
  using _runner = await start(job);
  job.next = async () => null;
  job.runAfter(MINUTE);
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(job.runs).toBe(2);
});

test('a job that becomes due again and again still runs at the earliest of these times', async () => {
  const job = new CountingJob(0, async () => null);
  using _runner = await start(job);
  for (let minute = 0; minute < 3; minute += 1) {
    job.runAfter(2 * MINUTE + 1);
    await vi.advanceTimersByTimeAsync(MINUTE);
  }
  expect(job.runs).toBe(2);
});

test('a job that becomes due while it runs still runs at the earlier time that its run returns', async () => {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const job = new CountingJob(MINUTE, () => promise);
  using _runner = await start(job);
  await vi.advanceTimersByTimeAsync(MINUTE);
  job.runAfter(20 * MINUTE);
  job.next = async () => null;
  resolve(MINUTE);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(job.runs).toBe(2);
});

test('a job that becomes due while it runs does not run twice at once, but again afterwards', async () => {
  const job = new CountingJob(MINUTE, async () => null);
  const { promise, resolve } = Promise.withResolvers<number | null>();
  using _runner = await start(job);
  job.next = () => promise;
  await vi.advanceTimersByTimeAsync(MINUTE);
  job.runAfter(MINUTE);
  await vi.advanceTimersByTimeAsync(5 * MINUTE);
  expect(job.runs).toBe(1);
  job.next = async () => null;
  resolve(null);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(job.runs).toBe(2);
});

test('a failed run is logged with the name of the job, and tried again after a minute', async () => {
  const failure = new Error('no database');
  const job = new CountingJob(0, () => Promise.reject(failure));
  using _runner = await start(job);
  expect(warn).toHaveBeenLastCalledWith({ err: failure }, expect.stringContaining('count'));
  job.next = async () => null;
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(job.runs).toBe(2);
});

test('a closed runner starts no further run, and ends the subscriptions of its jobs', async () => {
  const job = new CountingJob(0, async () => MINUTE);
  const runner = await start(job);
  runner[Symbol.dispose]();
  job.runAfter(MINUTE);
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect({ runs: job.runs, isSubscribed: job.isSubscribed }).toEqual({ runs: 1, isSubscribed: false });
});

test('a run that ends after the runner was closed is not followed by another', async () => {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const job = new CountingJob(MINUTE, () => promise);
  const runner = await start(job);
  await vi.advanceTimersByTimeAsync(MINUTE);
  runner[Symbol.dispose]();
  resolve(MINUTE);
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(job.runs).toBe(1);
});
