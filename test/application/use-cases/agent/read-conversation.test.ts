import { expect, test } from 'vitest';
import { readConversation } from '../../../../src/application/use-cases/agent/read-conversation.ts';
import { instanceIdOf } from '../../../support/builders.ts';
import { InMemoryApplication, refusal } from '../../in-memory-application.ts';

const application = new InMemoryApplication();
const read = (before_position: number) =>
  application.call(readConversation, { agent_instance_id: instanceIdOf(1), before_position });

test('reads the messages before a position, up to the highest position that a store can keep', async () => {
  await application.step();
  expect((await read(1)).messages).toEqual([]);
  expect((await read(2_147_483_647)).messages).toHaveLength(1);
  for (const position of [0, 1.5, 2_147_483_648]) {
    expect(await refusal(read(position))).toMatchObject({ issues: [{ path: 'before_position' }] });
  }
});
