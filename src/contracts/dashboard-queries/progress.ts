import assert from 'node:assert/strict';
import type { TestRunner } from '../test-runner.ts';
import { newUser } from '../test-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { testConversationsIn } from './test-conversation.ts';

export function progress({ test }: TestRunner, storeUnderTest: () => OpenQueries): void {
  const { startConversation } = testConversationsIn(storeUnderTest);

  test('progress returns the version and position of every instance, deleted ones included', async () => {
    const userId = newUser();
    const [one, two] = [await startConversation(userId, 1, 2), await startConversation(userId, 2, 1)];
    await two.delete();
    assert.deepEqual(
      await storeUnderTest().queries.progress(userId),
      new Map([
        [one.id, { version: 2, position: 2 }],
        [two.id, { version: 2, position: 1 }],
      ]),
    );
    assert.equal((await storeUnderTest().queries.progress(newUser())).size, 0);
  });
}
