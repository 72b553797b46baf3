import { describe, expect, test } from 'vitest';
import {
  formatDuration,
  isTestPending,
  stateOf,
} from '../../../web/src/model/notification/destination-state.ts';
import { aDestination, aTest } from '../builders.ts';

const SENT = { status: 'sent', sent_at: '2026-01-01T10:00:01.000Z' } as const;
const OPENED = { ...SENT, status: 'opened', opened_at: '2026-01-01T10:00:03.100Z' } as const;
const VERIFIED = aDestination({ verified_at: '2026-01-01T10:00:03.200Z' });
const FAILING = aDestination({ failing_since: '2026-01-01T09:30:00.000Z', last_error: 'no such topic' });

describe('a destination', () => {
  test('is untested until a test was tapped', () => {
    expect(stateOf(aDestination(), [])).toEqual({ kind: 'untested' });
  });

  test('waits for the tap from when the channel has accepted the test', () => {
    expect(stateOf(aDestination(), [aTest()])).toEqual({ kind: 'sending' });
    expect(stateOf(aDestination(), [aTest(SENT)])).toEqual({ kind: 'waiting' });
  });

  test('works after the tap, and the round trip is known while the test is in the list', () => {
    expect(stateOf(VERIFIED, [aTest(OPENED)])).toEqual({
      kind: 'works',
      at: OPENED.opened_at,
      roundTripMs: 2_100,
      newTest: null,
    });
    const longAgo = { kind: 'works', at: VERIFIED.verified_at, roundTripMs: null, newTest: null };
    expect(stateOf(VERIFIED, [])).toEqual(longAgo);
  });

  test('works also while nobody has tapped a later test', () => {
    const works = { kind: 'works', at: OPENED.opened_at, roundTripMs: 2_100 };
    expect(stateOf(VERIFIED, [aTest(SENT), aTest(OPENED)])).toEqual({ ...works, newTest: 'waiting' });
    expect(stateOf(VERIFIED, [aTest(), aTest(OPENED)])).toEqual({ ...works, newTest: 'sending' });
  });

  test('is untested after its settings were changed, whatever was sent before', () => {
    const changed = aDestination({ changed_at: '2026-01-01T10:00:00.001Z' });
    expect(stateOf(changed, [aTest(SENT)])).toEqual({ kind: 'untested' });
    const hook = aDestination({ ...changed, channel: 'webhook' });
    expect(stateOf(hook, [aTest(SENT)])).toEqual({ kind: 'untested' });
    expect(isTestPending(changed, [aTest(SENT)], Date.parse('2026-01-01T10:00:02.000Z'))).toBe(false);
  });

  test('is not shown as working by a tap that came before its settings were changed', () => {
    expect(stateOf(aDestination(), [aTest(OPENED)])).toEqual({ kind: 'untested' });
  });

  test('fails until a delivery succeeds, whatever its last test led to', () => {
    const failing = { kind: 'failing', since: FAILING.failing_since, reason: 'no such topic' };
    expect(stateOf(FAILING, [])).toEqual(failing);
    expect(stateOf(FAILING, [aTest(OPENED)])).toEqual(failing);
    expect(stateOf(FAILING, [aTest({ error: 'no such topic', attempts: 1 })])).toEqual(failing);
  });

  test('is being tested again while a new test is on its way, although it fails', () => {
    expect(stateOf(FAILING, [aTest(), aTest({ status: 'failed', error: 'no such topic' })])).toEqual({
      kind: 'sending',
    });
  });

  test('has its own tests only', () => {
    expect(stateOf(aDestination({ id: 'mail' }), [aTest(SENT)])).toEqual({ kind: 'untested' });
  });
});

describe('a destination of a program', () => {
  const hook = aDestination({ channel: 'webhook' });

  test('has accepted a test, and waits for no tap', () => {
    const accepted = { kind: 'accepted', at: SENT.sent_at, isTest: true };
    expect(stateOf(hook, [aTest()])).toEqual({ kind: 'sending' });
    expect(stateOf(hook, [aTest(SENT)])).toEqual(accepted);
    expect(isTestPending(hook, [aTest(SENT)], Date.parse('2026-01-01T10:00:02.000Z'))).toBe(false);
  });

  test('is not untested after it has accepted a question', () => {
    const question = { ...aTest({ ...SENT, status: 'withdrawn' }), event: 'question' } as const;
    expect(stateOf(hook, [question])).toEqual({ kind: 'accepted', at: SENT.sent_at, isTest: false });
    expect(stateOf(aDestination(), [question])).toEqual({ kind: 'untested' });
  });
});

describe('a test is watched', () => {
  const at = (time: string) => Date.parse(time);
  const soon = at('2026-01-01T10:01:00.000Z');

  test.each([{}, SENT])('while it is on its way: %j', (delivery) => {
    expect(isTestPending(aDestination(), [aTest(delivery)], soon)).toBe(true);
  });

  test('until the server has noted that the destination works', () => {
    const moment = at('2026-01-01T10:00:04.000Z');
    expect(isTestPending(aDestination(), [aTest(OPENED)], moment)).toBe(true);
    expect(isTestPending(VERIFIED, [aTest(OPENED)], moment)).toBe(false);
    expect(isTestPending(aDestination(), [aTest(OPENED)], soon)).toBe(false);
  });

  test('not for ever, and not after it failed', () => {
    expect(isTestPending(aDestination(), [aTest(SENT)], at('2026-01-01T10:11:00.000Z'))).toBe(false);
    expect(isTestPending(aDestination(), [aTest({ status: 'failed' })], soon)).toBe(false);
    expect(isTestPending(aDestination(), [], soon)).toBe(false);
  });
});

test.each([
  [80, '0.1 s'],
  [2_100, '2.1 s'],
  [9_960, '10 s'],
  [40_000, '40 s'],
  [180_000, '3 min'],
])('%i ms are shown as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
