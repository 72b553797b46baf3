import assert from 'node:assert/strict';
import type { AgentInstanceId } from '../../domain/ids.ts';
import type { TestRunner } from '../test-runner.ts';
import { newId, newUser } from '../test-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { testConversationsIn } from './test-conversation.ts';
import { testQueriesIn } from './test-queries.ts';

export function tenants({ test }: TestRunner, storeUnderTest: () => OpenQueries): void {
  const { newConversation, startConversation } = testConversationsIn(storeUnderTest);
  const { list, types, read, since } = testQueriesIn(storeUnderTest);

  test('no query returns anything of another user', async () => {
    const [owner, stranger] = [newUser(), newUser()];
    const conversation = await startConversation(owner, 1, 2);
    const theirs = { userId: stranger, id: conversation.id };
    assert.deepEqual(await list(stranger), { instances: [], next: null });
    assert.deepEqual(await types(stranger, 5), []);
    assert.equal(await read(theirs, 10), null);
    assert.equal(await since(newConversation(stranger, conversation.id), { version: 0, position: 0 }), null);
    assert.equal(await read({ userId: owner, id: newId<AgentInstanceId>() }, 10), null);
    const [message] = (await read(conversation, 1))!.messages!;
    const own = await startConversation(stranger, 1);
    assert.equal((await read(own, 10, message!.id))?.messages, null);
  });
}
