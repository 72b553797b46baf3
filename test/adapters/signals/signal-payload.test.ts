import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  decodeRevoked,
  decodeSignals,
  encodeRevoked,
  encodeSignals,
} from '../../../src/adapters/signals/signal-payload.ts';
import type { AgentInstanceId, UserId } from '../../../src/domain/ids.ts';
import type { Signal } from '../../../src/ports/signals/signals.ts';
import type { ApiKeyRef } from '../../../src/ports/storage/api-key-repository.ts';
import { newKeyId } from '../../support/builders.ts';

const signal = (userId: string, version = 1): Signal => ({
  userId: userId as UserId,
  agentInstanceId: randomUUID() as AgentInstanceId,
  version,
});
const decodeAll = (payloads: readonly string[]) =>
  payloads.flatMap((payload) => decodeSignals(payload) ?? []);

const revoked = (userId: string): ApiKeyRef => ({ userId: userId as UserId, id: newKeyId() });

const LONG_USER_IDS = [
  ['ASCII', 'a'.repeat(255)],
  ['two bytes each', 'ü'.repeat(255)],
  ['three bytes each', '漢'.repeat(255)],
  ['four bytes each', '😀'.repeat(255)],
  ['quotes and backslashes', '"\\'.repeat(127)],
  ['control characters', '\u0001'.repeat(255)],
  ['NUL and a lone surrogate', 'a\u0000b\ud800c'],
];
test.each(LONG_USER_IDS)('signals with long user ids fit in payloads under 7,900 bytes: %s', (_, userId) => {
  const signals = Array.from({ length: 200 }, (_, index) => signal(userId!, index + 1));
  const payloads = encodeSignals(signals);
  for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(7_900);
  expect(decodeAll(payloads)).toEqual(signals);
});

test.each(LONG_USER_IDS)(
  'revocations with long user ids fit in payloads under 7,900 bytes: %s',
  (_, userId) => {
    const keys = Array.from({ length: 200 }, () => revoked(userId!));
    const payloads = encodeRevoked(keys);
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(7_900);
    expect(payloads.flatMap((payload) => decodeRevoked(payload) ?? [])).toEqual(keys);
  },
);

test('a payload of revocations is not read as signals, nor the reverse', () => {
  for (const payload of encodeRevoked([revoked('ada')])) expect(decodeSignals(payload)).toBeNull();
  for (const payload of encodeSignals([signal('ada')])) expect(decodeRevoked(payload)).toBeNull();
});

test('signals are packed into as few payloads as possible', () => {
  const signals = Array.from({ length: 400 }, () => signal('ada'));
  const bytes = Buffer.byteLength(JSON.stringify(signals.map((each) => Object.values(each))));
  expect(encodeSignals(signals)).toHaveLength(Math.ceil(bytes / 7_900));
});

test('no signals and no keys give no payload', () => {
  expect(encodeSignals([])).toEqual([]);
  expect(encodeRevoked([])).toEqual([]);
});

test('a signal too large for a payload is left out; a sweep finds it later', () => {
  const [before, after] = [signal('ada'), signal('ada')];
  expect(decodeAll(encodeSignals([before, signal('x'.repeat(8_000)), after]))).toEqual([before, after]);
});

const id = '0190d2c0-0000-7000-8000-00000000000a';
test.each([
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
])('the payload %s is not decoded as signals: %s', (payload) => {
  expect(decodeSignals(payload)).toBeNull();
});

test.each([
  ['', 'nothing'],
  ['{', 'no JSON'],
  ['null', 'null'],
  ['"revoked"', 'a text'],
  ['[]', 'a list'],
  ['{}', 'another object'],
  ['{"revoked":null}', 'no list'],
  ['{"revoked":[]}', 'an empty list'],
  ['{"revoked":["ada"]}', 'an entry without a list'],
  ['{"revoked":[["ada"]]}', 'no key id'],
  ['{"revoked":[["ada","key",1]]}', 'a third part'],
  ['{"revoked":[["","key"]]}', 'an empty user id'],
  ['{"revoked":[["ada",""]]}', 'an empty key id'],
  ['{"revoked":[["ada",7]]}', 'a key id that is no text'],
  ['{"revoked":[[7,"key"]]}', 'a user id that is no text'],
  ['{"revoked":[["ada","key"],null]}', 'one bad entry among good ones'],
])('the payload %s is not decoded as revocations: %s', (payload) => {
  expect(decodeRevoked(payload)).toBeNull();
});
