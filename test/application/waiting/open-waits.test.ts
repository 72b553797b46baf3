import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OpenWaits } from '../../../src/application/waiting/open-waits.ts';
import { instanceIdOf, userIdOf } from '../../support/builders.ts';

const [ada, eve] = [userIdOf('ada'), userIdOf('eve')];
const aLife = () => ({ hasEnded: false, onEnd: () => ({ close: () => {} }) });
const wait = (userId = ada, number = 1) => ({ userId, agentInstanceId: instanceIdOf(number) });

test('an instance is waited on until its last wait ends', () => {
  const waits = new OpenWaits();
  const [first, second] = [waits.begin(wait()), waits.begin(wait())];
  expect([...waits.instancesOf(ada)]).toEqual([instanceIdOf(1)]);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect([...waits.instancesOf(ada)]).toEqual([instanceIdOf(1)]);
  second[Symbol.dispose]();
  expect([...waits.instancesOf(ada)]).toEqual([]);
  expect([...waits.all()]).toEqual([]);
});

test('waits of two users are separate, even on the same instance id', () => {
  const waits = new OpenWaits();
  waits.begin(wait(ada, 1));
  waits.begin(wait(eve, 1));
  waits.begin(wait(eve, 2));
  expect([...waits.instancesOf(ada)]).toEqual([instanceIdOf(1)]);
  expect([...waits.instancesOf(eve)]).toEqual([instanceIdOf(1), instanceIdOf(2)]);
  expect([...waits.all()]).toEqual([wait(ada, 1), wait(eve, 1), wait(eve, 2)]);
});

test('a set that was returned does not change afterwards', () => {
  const waits = new OpenWaits();
  const before = waits.instancesOf(ada);
  using _ = waits.begin(wait());
  const then = waits.instancesOf(ada);
  waits.begin(wait(ada, 2));
  expect([[...before], [...then]]).toEqual([[], [instanceIdOf(1)]]);
});

test('a token has a limited number of waits, and so has a user with several tokens', () => {
  const waits = new OpenWaits({ perToken: 2, perUser: 3 });
  const [laptop, phone] = [aLife(), aLife()];
  using first = waits.begin(wait(), laptop);
  using _second = waits.begin(wait(ada, 2), laptop);
  const tooMany = { code: 'too_many_waits' };
  expect(() => waits.begin(wait(ada, 3), laptop)).toThrow(expect.objectContaining(tooMany));
  using _third = waits.begin(wait(ada, 3), phone);
  expect(() => waits.begin(wait(ada, 4), phone)).toThrow(expect.objectContaining(tooMany));
  expect([...waits.instancesOf(ada)]).not.toContain(instanceIdOf(4));
  using _other = waits.begin(wait(eve), aLife());
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  using _next = waits.begin(wait(ada, 4), phone);
  expect(() => waits.begin(wait(ada, 5), laptop)).toThrow(expect.objectContaining(tooMany));
});

describe('an agent that comes back', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('counts as waiting for 15 seconds each time', () => {
    const waits = new OpenWaits();
    const changes: string[] = [];
    waits.onChange(({ userId }) => changes.push(userId));
    waits.noteComingBack(wait());
    vi.advanceTimersByTime(14_000);
    waits.noteComingBack(wait());
    vi.advanceTimersByTime(14_999);
    expect([...waits.instancesOf(ada)]).toEqual([instanceIdOf(1)]);
    expect(changes).toEqual([ada]);
    vi.advanceTimersByTime(1);
    expect([...waits.instancesOf(ada)]).toEqual([]);
    expect(changes).toEqual([ada, ada]);
    waits.noteComingBack(wait());
    expect([...waits.all()]).toEqual([wait()]);
  });

  test('is one for each user and instance, and does not end other waits', () => {
    const waits = new OpenWaits();
    for (const each of [wait(), wait(), wait(ada, 2), wait(eve)]) waits.noteComingBack(each);
    expect(waits.count).toBe(3);
    using _open = waits.begin(wait());
    vi.advanceTimersByTime(15_000);
    expect([...waits.all()]).toEqual([wait()]);
  });

  test('takes no wait away from the limits', () => {
    const waits = new OpenWaits({ perToken: 1, perUser: 1 });
    waits.noteComingBack(wait());
    waits.noteComingBack(wait(ada, 2));
    using _open = waits.begin(wait());
    expect(waits.count).toBe(3);
  });
});
