import { expect, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { saveChanges } from '../../../src/adapters/mikro-orm/statements/conversations/save-changes.ts';
import { anAgentMessage } from '../../../src/contracts/agent-message-builder.ts';
import type { AgentContext } from '../../../src/domain/conversation/agent-context.ts';
import { postAgentMessage } from '../../../src/domain/conversation/agent-messages.ts';
import { aConversation, aStep, instanceIdOf, userIdOf } from '../../support/builders.ts';

/** Returns what the statement gets of an instance when its agent sends a message. */
async function savedInstance(known: AgentContext, fields: object): Promise<{ context?: AgentContext }> {
  const conversation = aConversation([aStep()], { context: known });
  const { changes } = postAgentMessage(conversation, anAgentMessage(instanceIdOf(1), fields));
  let instances = '[]';
  const database = {
    queryInBatch: async (_users: unknown, _sql: string, parameters: readonly string[]) => {
      instances = parameters[0]!;
      return [];
    },
  } as unknown as Database;
  const change = { userId: userIdOf('ada'), before: conversation.instance, changes: changes! };
  await saveChanges(database, [change], [], { channel: 'changes', payloads: [] });
  return JSON.parse(instances)[0];
}

const KNOWN = { branch: 'main' };

test('a step that changes no context sends none to the database', async () => {
  expect(await savedInstance(KNOWN, {})).not.toHaveProperty('context');
  expect(await savedInstance(KNOWN, { context: { branch: 'main' } })).not.toHaveProperty('context');
  expect(await savedInstance({}, {})).not.toHaveProperty('context');
});

test('a step that changes the context sends all of it', async () => {
  const saved = await savedInstance(KNOWN, { context: { machine: 'anvil' } });
  expect(saved.context).toEqual({ branch: 'main', machine: 'anvil' });
});
