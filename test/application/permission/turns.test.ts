import { expect, test } from 'vitest';
import { Turns } from '../../../src/application/permission/turns.ts';

/** Questions that are asked one after another, and answered by the test. */
class Asked {
  readonly turns = new Turns<string>();
  readonly open: PromiseWithResolvers<string>[] = [];

  ask(question: string, use: string | null = null): Promise<string> {
    return this.turns.take(question, use, () => {
      const answer = Promise.withResolvers<string>();
      this.open.push(answer);
      return answer.promise;
    });
  }
}

/** Lets everything run that waits for nothing else. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test('calls that ask the same ask one after the other, and each gets its own answer', async () => {
  const asked = new Asked();
  const results = [asked.ask('push?', 'a'), asked.ask('push?', 'b'), asked.ask('push?')];
  for (const answer of ['yes', 'no', 'later']) {
    await settle();
    expect(asked.open).toHaveLength(1);
    asked.open.pop()!.resolve(answer);
  }
  expect(await Promise.all(results)).toEqual(['yes', 'no', 'later']);
});

test('calls that ask something else ask at once', () => {
  const asked = new Asked();
  void asked.ask('push?');
  void asked.ask('pull?');
  expect(asked.open).toHaveLength(2);
});

test('a call for the same use gets the same answer', async () => {
  const asked = new Asked();
  const results = [asked.ask('push?', 'a'), asked.ask('push?', 'a')];
  asked.open.pop()!.resolve('yes');
  expect(await Promise.all(results)).toEqual(['yes', 'yes']);
  expect(asked.open).toHaveLength(0);
});

test('a call for the same use asks itself if the first was cancelled', async () => {
  const asked = new Asked();
  const [cancelled, repeated] = [asked.ask('push?', 'a'), asked.ask('push?', 'a')];
  asked.open.pop()!.reject(new Error('cancelled'));
  await expect(cancelled).rejects.toThrow('cancelled');
  await settle();
  asked.open.pop()!.resolve('yes');
  expect(await repeated).toBe('yes');
});
