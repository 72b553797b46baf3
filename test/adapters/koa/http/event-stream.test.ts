import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventStream } from '../../../../src/adapters/koa/http/event-stream.ts';
import { WriteTurns } from '../../../../src/adapters/koa/http/write-turns.ts';
import type { LiveEvent } from '../../../../src/application/live/events/live-event.ts';

/** How long all writes of the test have taken. */
let writingMs: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  writingMs = 0;
  const readClock = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => readClock() + writingMs);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A response to which each write takes half a millisecond. */
class SlowResponse extends EventEmitter {
  readonly written: string[] = [];
  writableEnded = false;
  destroyed = false;
  closed = false;
  removeHeader(): void {}
  writeHead(): void {}
  write(frame: Buffer): boolean {
    writingMs += 0.5;
    this.written.push(/event: (\w+)/.exec(String(frame))![1]!);
    return true;
  }
  end(): void {
    this.writableEnded = true;
  }
  destroy(): void {
    this.destroyed = true;
  }
}

function openTenStreams() {
  const turns = new WriteTurns();
  const responses = Array.from({ length: 10 }, () => new SlowResponse());
  const streams = responses.map((res) => new EventStream(res as unknown as ServerResponse, turns));
  return { responses, streams };
}

const eventOf = (type: string) => ({ id: '1', type, data: {} }) as unknown as LiveEvent;

test('an event for many streams is written in turns, and each stream gets its events in order', () => {
  const { responses, streams } = openTenStreams();
  for (const type of ['first', 'second']) for (const stream of streams) stream.send(eventOf(type));
  const writtenAtOnce = responses.flatMap(({ written }) => written).length;
  expect(writtenAtOnce).toBeGreaterThan(0);
  expect(writtenAtOnce).toBeLessThan(6);
  vi.runAllTimers();
  expect(responses.map(({ written }) => written)).toEqual(responses.map(() => ['first', 'second']));
});

test('a stream that is closed first writes what waits for its turn', () => {
  const { responses, streams } = openTenStreams();
  for (const stream of streams) stream.send(eventOf('last'));
  for (const stream of streams) stream.close();
  expect(responses.map(({ written }) => written)).toEqual(responses.map(() => ['last']));
  expect(responses.every(({ writableEnded }) => writableEnded)).toBe(true);
});

test('who waits until everything is written also waits for the turn', async () => {
  const { responses, streams } = openTenStreams();
  for (const stream of streams) stream.send(eventOf('last'));
  let isDrained = false;
  const drained = streams
    .at(-1)!
    .whenDrained()
    .then(() => {
      isDrained = true;
    });
  await Promise.resolve();
  expect(isDrained).toBe(false);
  vi.runAllTimers();
  await drained;
  expect(responses.at(-1)!.written).toEqual(['last']);
});
