import { expect, test } from 'vitest';
import { AsyncDisposableStack } from '../../src/composition/async-disposable-stack.ts';

test('disposes each resource once, in reverse order, even if some fail', async () => {
  const disposed: string[] = [];
  const stack = new AsyncDisposableStack();
  stack.defer(() => disposed.push('first'));
  stack.use({
    async [Symbol.asyncDispose]() {
      disposed.push('second');
      throw new Error('second');
    },
  });
  stack.defer(async () => {
    disposed.push('third');
    throw new Error('third');
  });
  await expect(stack.disposeAsync()).rejects.toThrow('third');
  await stack.disposeAsync();
  expect(disposed).toEqual(['third', 'second', 'first']);
});

test('moved resources are disposed only by the new stack', async () => {
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
