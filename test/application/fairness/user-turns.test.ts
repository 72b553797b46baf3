import { beforeEach, describe, expect, test } from 'vitest';
import { fairPorts } from '../../../src/application/fairness/fair-ports.ts';
import { SharedUse } from '../../../src/application/fairness/shared-use.ts';
import { UserTurns } from '../../../src/application/fairness/user-turns.ts';
import type { Ports } from '../../../src/application/use-case.ts';
import type { UserId } from '../../../src/domain/ids.ts';

const ADA = 'ada' as UserId;
const BOB = 'bob' as UserId;

let now: number;
let begun: string[];
let ends: Map<string, PromiseWithResolvers<void>>;
let turns: UserTurns;

beforeEach(() => {
  now = 0;
  begun = [];
  ends = new Map();
  turns = new UserTurns(new SharedUse(() => now));
});

/** Calls that run until they are told to end. */
function start(userId: UserId, ...names: readonly string[]): Promise<void>[] {
  return names.map((name) => {
    const end = Promise.withResolvers<void>();
    ends.set(name, end);
    return turns.run(userId, () => {
      begun.push(name);
      return end.promise;
    });
  });
}

async function end(name: string, error?: Error): Promise<void> {
  if (error === undefined) ends.get(name)!.resolve();
  else ends.get(name)!.reject(error);
  await new Promise((done) => setImmediate(done));
}

describe('calls of one user to the store', () => {
  test('never wait while the user is alone', () => {
    start(ADA, 'a1', 'a2', 'a3', 'a4');
    expect(begun).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  test('wait for one another, in their order, while another user is there; the calls of that one do not', async () => {
    start(BOB, 'b1');
    start(ADA, 'a1', 'a2', 'a3', 'a4');
    start(BOB, 'b2');
    expect(begun).toEqual(['b1', 'a1', 'a2', 'b2']);
    await end('a2');
    expect(begun).toEqual(['b1', 'a1', 'a2', 'b2', 'a3']);
    await end('a1');
    expect(begun.at(-1)).toBe('a4');
  });

  test('that began while the user was alone count as well', async () => {
    start(ADA, 'a1', 'a2', 'a3');
    start(BOB, 'b1');
    start(ADA, 'a4');
    await end('a1');
    expect(begun).not.toContain('a4');
    await end('a2');
    expect(begun).toContain('a4');
  });

  test('pass their turn on when they fail', async () => {
    start(BOB, 'b1');
    const [first] = start(ADA, 'a1', 'a2', 'a3');
    const failing = expect(first).rejects.toThrow('lost');
    await end('a1', new Error('lost'));
    await failing;
    expect(begun).toContain('a3');
  });

  test('wait no more five seconds after the last call of another user', () => {
    start(BOB, 'b1');
    start(ADA, 'a1');
    now = 5_001;
    start(ADA, 'a2', 'a3');
    expect(begun).toEqual(['b1', 'a1', 'a2', 'a3']);
  });

  test('that wait begin all together when the user is alone again', async () => {
    start(BOB, 'b1');
    start(ADA, 'a1', 'a2', 'a3', 'a4', 'a5');
    expect(begun).toEqual(['b1', 'a1', 'a2']);
    now = 5_001;
    start(ADA, 'a6');
    await new Promise((done) => setImmediate(done));
    expect(begun).toEqual(['b1', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
  });
});

test('every call about a user takes a turn of that user', async () => {
  const repository = { update: () => null, instanceOfMessage: () => null };
  const queries = {
    ...{ listInstances: () => null, agentTypes: () => null, readConversation: () => null },
    ...{ changesSince: () => null, progress: () => null, searchMessages: () => null },
  };
  const taken: string[] = [];
  const countingTurns = {
    run: async (userId: UserId, call: () => Promise<unknown>) => {
      taken.push(userId);
      return call();
    },
  } as unknown as UserTurns;
  const ports = fairPorts({ repository, queries } as unknown as Ports, countingTurns);
  const calls = [
    () => ports.repository.update({ userId: ADA } as never, null as never),
    () => ports.repository.instanceOfMessage(ADA, null as never),
    ...Object.values(ports.queries).map((query) => () => (query as (user: UserId) => unknown)(ADA)),
  ];
  for (const call of calls) await call();
  expect(taken).toEqual(calls.map(() => ADA));
  expect(calls).toHaveLength(8);
});
