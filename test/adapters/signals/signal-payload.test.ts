import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { decodeSignals, encodeSignals } from '../../../src/adapters/signals/signal-payload.ts';
import type { AgentInstanceId, UserId } from '../../../src/domain/ids.ts';
import type { Signal } from '../../../src/ports/signals.ts';

const signal = (userId: string, version = 1): Signal => ({
  userId: userId as UserId,
  agentInstanceId: randomUUID() as AgentInstanceId,
  version,
});
const decodeAll = (payloads: readonly string[]) =>
  payloads.flatMap((payload) => decodeSignals(payload) ?? []);

it.each([
  ['ASCII', 'a'.repeat(255)],
  ['two bytes each', 'ü'.repeat(255)],
  ['three bytes each', '漢'.repeat(255)],
  ['four bytes each', '😀'.repeat(255)],
  ['quotes and backslashes', '"\\'.repeat(127)],
  ['control characters', '\u0001'.repeat(255)],
  ['NUL and a lone surrogate', 'a\u0000b\ud800c'],
])('carries long user ids in payloads under 7,900 bytes: %s', (_, userId) => {
  const signals = Array.from({ length: 200 }, (_, index) => signal(userId, index + 1));
  const payloads = encodeSignals(signals);
  for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(7_900);
  expect(decodeAll(payloads)).toEqual(signals);
});

it('fills payloads rather than sending many', () => {
  const signals = Array.from({ length: 400 }, () => signal('ada'));
  const bytes = Buffer.byteLength(JSON.stringify(signals.map((each) => Object.values(each))));
  expect(encodeSignals(signals)).toHaveLength(Math.ceil(bytes / 7_900));
});

it('has nothing to send for no signals', () => {
  expect(encodeSignals([])).toEqual([]);
});

it('leaves out a signal that no payload can hold, for the sweep to find', () => {
  const [before, after] = [signal('ada'), signal('ada')];
  expect(decodeAll(encodeSignals([before, signal('x'.repeat(8_000)), after]))).toEqual([before, after]);
});

const id = '0190d2c0-0000-7000-8000-00000000000a';
it.each([
  ['', 'nothing'],
  ['[', 'no JSON'],
  ['{}', 'no array'],
  ['null', 'null'],
  ['[]', 'no entries'],
  [`["ada","${id}",1]`, 'an entry without a list'],
  [`[["ada","${id}"]]`, 'no version'],
  [`[["ada","${id}",1,2]]`, 'a fourth part'],
  [`[["","${id}",1]]`, 'an empty user id'],
  [`[[7,"${id}",1]]`, 'a user id that is no text'],
  ['[["ada","not-a-uuid",1]]', 'an id that is no UUID'],
  [`[["ada","${id.toUpperCase()}",1]]`, 'an id in another spelling'],
  [`[["ada","${id}",0]]`, 'version 0'],
  [`[["ada","${id}",1.5]]`, 'half a version'],
  [`[["ada","${id}",1e300]]`, 'a version beyond safe integers'],
  [`[["ada","${id}","1"]]`, 'a version as text'],
  [`[["ada","${id}",1],null]`, 'one bad entry among good ones'],
])('does not decode %s: %s', (payload) => {
  expect(decodeSignals(payload)).toBeNull();
});
