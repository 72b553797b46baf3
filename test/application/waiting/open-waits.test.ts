import { expect, test } from 'vitest';
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
