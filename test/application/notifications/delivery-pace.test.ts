import { expect, test } from 'vitest';
import {
  DeliveryPace,
  type PaceLimits,
} from '../../../src/application/notifications/delivery/delivery-pace.ts';
import { NOW } from '../../support/builders.ts';

const LIMITS: PaceLimits = {
  within: [
    { milliseconds: 100, deliveries: 2 },
    { milliseconds: 1_000, deliveries: 3 },
  ],
  running: 2,
};
const at = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);

test('a destination waits until the earliest of its latest deliveries is long enough ago', () => {
  const pace = new DeliveryPace();
  expect(pace.fullUntil('phone', LIMITS, at(0))).toBeNull();
  pace.begin('phone', LIMITS, at(0))();
  expect(pace.fullUntil('phone', LIMITS, at(0))).toBeNull();
  pace.begin('phone', LIMITS, at(50))();
  expect(pace.fullUntil('phone', LIMITS, at(60))).toEqual(at(100));
  expect(pace.fullUntil('phone', LIMITS, at(100))).toBeNull();
  pace.begin('phone', LIMITS, at(100))();
  expect(pace.fullUntil('phone', LIMITS, at(500))).toEqual(at(1_000));
  expect(pace.fullUntil('phone', LIMITS, at(1_000))).toBeNull();
});

test('a destination waits for those that are on their way', () => {
  const pace = new DeliveryPace();
  const end = pace.begin('hook', LIMITS, at(0));
  pace.begin('hook', LIMITS, at(0));
  expect(pace.fullUntil('hook', LIMITS, at(500))).toEqual(at(1_500));
  end();
  expect(pace.fullUntil('hook', LIMITS, at(500))).toBeNull();
});

test('each destination has its own limits', () => {
  const pace = new DeliveryPace();
  for (let nth = 0; nth < 3; nth += 1) pace.begin('phone', LIMITS, at(0))();
  expect(pace.fullUntil('mail', LIMITS, at(0))).toBeNull();
  // The destinations that are looked at to be forgotten are not forgotten while their limit lasts.
  for (let nth = 0; nth < 9; nth += 1) pace.begin(`hook ${nth}`, LIMITS, at(1))();
  expect(pace.fullUntil('phone', LIMITS, at(2))).toEqual(at(1_000));
});

test('what takes a delivery back waits only for what is on its way, and counts only as that', () => {
  const pace = new DeliveryPace();
  for (let nth = 0; nth < 3; nth += 1) pace.begin('phone', LIMITS, at(0))();
  expect(pace.busyUntil('phone', LIMITS, at(0))).toBeNull();
  const ends = [1, 2].map(() => pace.begin('hook', LIMITS, at(0), false));
  expect(pace.busyUntil('hook', LIMITS, at(0))).toEqual(at(1_000));
  for (const end of ends) end();
  expect(pace.fullUntil('hook', LIMITS, at(0))).toBeNull();
});

test('a clock that is set back lets nobody wait for longer than the limit', () => {
  const pace = new DeliveryPace();
  for (let nth = 0; nth < 3; nth += 1) pace.begin('phone', LIMITS, at(50_000))();
  expect(pace.fullUntil('phone', LIMITS, at(0))).toEqual(at(1_000));
});

test('what is about to begin counts, too', () => {
  const pace = new DeliveryPace();
  pace.begin('phone', LIMITS, at(0))();
  expect(pace.fullUntil('phone', LIMITS, at(10), 1)).toEqual(at(100));
  expect(pace.fullUntil('hook', LIMITS, at(10), 2)).toEqual(at(1_010));
  expect(pace.fullUntil('hook', { ...LIMITS, running: 9 }, at(10), 2)).toEqual(at(110));
});
