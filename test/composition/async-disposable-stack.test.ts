import { expect, test } from 'vitest';
import { AsyncDisposableStack } from '../../src/composition/async-disposable-stack.ts';

test('lets go of the last first, once, and of all although some fail', async () => {
  const gone: string[] = [];
  const stack = new AsyncDisposableStack();
  stack.defer(() => gone.push('first'));
  stack.use({
    async [Symbol.asyncDispose]() {
      gone.push('second');
      throw new Error('second');
    },
  });
  stack.defer(async () => {
    gone.push('third');
    throw new Error('third');
  });
  await expect(stack.disposeAsync()).rejects.toThrow('third');
  await stack.disposeAsync();
  expect(gone).toEqual(['third', 'second', 'first']);
});

test('what was moved is let go of by the new owner alone', async () => {
  let disposals = 0;
  const stack = new AsyncDisposableStack();
  stack.defer(() => {
    disposals += 1;
  });
  const moved = stack.move();
  await stack.disposeAsync();
  expect(disposals).toBe(0);
  await moved.disposeAsync();
  expect(disposals).toBe(1);
});
