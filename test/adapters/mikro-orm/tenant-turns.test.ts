import { expect, test } from 'vitest';
import {
  BACKGROUND,
  BATCHES,
  TenantTurns,
  turnKeyOf,
} from '../../../src/adapters/mikro-orm/database/tenant-turns.ts';
import type { UserId } from '../../../src/domain/ids.ts';

const ADA = ['ada' as UserId];
const BOB = ['bob' as UserId];
const BOTH = [...ADA, ...BOB];

/** Statements that run until they are told to end. */
class Statements {
  readonly begun: string[] = [];
  readonly #turns: TenantTurns;
  readonly #ends = new Map<string, PromiseWithResolvers<void>>();

  constructor(slots: number) {
    this.#turns = new TenantTurns(slots);
  }

  start(tenants: readonly UserId[], ...names: readonly string[]): Promise<void>[] {
    return this.startWith(turnKeyOf(tenants), ...names);
  }

  startWith(key: ReturnType<typeof turnKeyOf>, ...names: readonly string[]): Promise<void>[] {
    return names.map((name) => {
      const end = Promise.withResolvers<void>();
      this.#ends.set(name, end);
      return this.#turns.run(key, () => {
        this.begun.push(name);
        return end.promise;
      });
    });
  }

  async end(name: string, error?: Error): Promise<void> {
    const { resolve, reject } = this.#ends.get(name)!;
    if (error === undefined) resolve();
    else reject(error);
    await new Promise((done) => setImmediate(done));
  }
}

test('the third statement of one user waits for the second, and that of another user for the first', async () => {
  const statements = new Statements(1);
  statements.start(ADA, 'a1', 'a2', 'a3');
  statements.start(BOB, 'b1', 'b2');
  for (const name of ['a1', 'b1', 'a2', 'b2']) await statements.end(name);
  expect(statements.begun).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});

test('one user uses at most half of the slots', async () => {
  const statements = new Statements(4);
  statements.start(ADA, 'a1', 'a2', 'a3');
  statements.start(BOB, 'b1');
  expect(statements.begun).toEqual(['a1', 'a2', 'b1']);
  await statements.end('b1');
  expect(statements.begun).toHaveLength(3);
  await statements.end('a2');
  expect(statements.begun).toEqual(['a1', 'a2', 'b1', 'a3']);
});

test('statements about several users take turns with those of each', async () => {
  const statements = new Statements(1);
  statements.start(ADA, 'a1', 'a2');
  statements.start(BOTH, 's1');
  statements.start([...ADA, ...ADA], 'a3');
  for (const name of ['a1', 's1', 'a2']) await statements.end(name);
  expect(statements.begun).toEqual(['a1', 's1', 'a2', 'a3']);
});

test('the statement of a batch waits for one statement of a user, and not for all of them', async () => {
  const statements = new Statements(1);
  statements.start(ADA, 'a1', 'a2', 'a3');
  statements.startWith(BATCHES, 'load');
  await statements.end('a1');
  expect(statements.begun).toEqual(['a1', 'load']);
});

test('a statement that fails passes its turn on', async () => {
  const statements = new Statements(1);
  const [first] = statements.start(ADA, 'a1', 'a2');
  const failing = expect(first).rejects.toThrow('lost');
  await statements.end('a1', new Error('lost'));
  await failing;
  expect(statements.begun).toEqual(['a1', 'a2']);
});

test('what nobody waits for runs one at a time, and takes turns like one user', async () => {
  const statements = new Statements(4);
  statements.startWith(BACKGROUND, 'background1', 'background2');
  statements.start(ADA, 'a1');
  expect(statements.begun).toEqual(['background1', 'a1']);
  await statements.end('background1');
  expect(statements.begun).toEqual(['background1', 'a1', 'background2']);
});
