import { randomUUID } from 'node:crypto';
import { postAgentMessage } from '../../domain/conversation/agent-messages.ts';
import type { Conversation, Decision } from '../../domain/conversation/conversation.ts';
import { endSession } from '../../domain/conversation/lifecycle.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { Holdings } from '../../ports/storage/data-removal.ts';
import { anAgentMessage } from '../agent-message-builder.ts';
import { anApiKey } from '../api-key-builder.ts';
import { NO_WAITS, NOW, newId } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenRemoval } from './open-removal.ts';

const AGENT_TYPE = 'codex';

export const ZERO_HOLDINGS: Holdings = { agentTypes: 0, agentInstances: 0, messages: 0, apiKeys: 0 };
/** What `readEverything` returns for a user without data. */
export const NO_DATA = { agentTypes: [], conversations: [], apiKeys: [] };

/** Returns a user whose id has characters that are special in SQL, in arrays and in JSON. */
export const newAwkwardUser = () => `o'ne {"?"} \\ ? , $1 ${randomUUID()}` as UserId;

/** Returns the actions that the tests share: they create users with data, read the data and remove it. */
export function testUsersIn(storeUnderTest: () => OpenRemoval) {
  const removal = () => storeUnderTest().removal;

  const change = (
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    decide: (conversation: Conversation) => Decision<unknown>,
    repository = storeUnderTest().repositories[0],
  ) =>
    repository.update(
      { userId, agentInstanceId, withQueuedMessages: true, agentTypeName: AGENT_TYPE },
      withoutRecord(decide),
    );

  /** Posts a step of the agent. */
  const post = (
    userId: UserId,
    id: AgentInstanceId,
    { now = NOW, repository = storeUnderTest().repositories[0], content = 'a step' } = {},
  ) => {
    const step = anAgentMessage(id, { agentTypeName: AGENT_TYPE, content, now });
    return change(userId, id, (conversation) => postAgentMessage(conversation, step), repository);
  };

  /** Ends an instance. */
  const end = (userId: UserId, id: AgentInstanceId, now = NOW) =>
    change(userId, id, (conversation) => endSession(conversation, { now }));

  /** Saves an idempotency record unless the key has one. Returns the record that the key had before. */
  const writeRecord = (userId: UserId, key: string) =>
    storeUnderTest().repositories[0].update(
      { userId, agentInstanceId: newId(), idempotencyKey: key },
      (_, record) => ({
        output: record,
        changes: null,
        record: record === null ? { fingerprint: 'f', answer: 'a', recordedAt: NOW } : null,
      }),
    );

  /** Creates a user with two conversations, an idempotency record, an API key and an agent type. */
  const newUserWithData = async () => {
    const userId = newAwkwardUser();
    const ids = [newId<AgentInstanceId>(), newId<AgentInstanceId>()] as const;
    for (const id of ids) for (let nth = 0; nth < 3; nth += 1) await post(userId, id);
    await writeRecord(userId, 'once');
    const key = anApiKey();
    await storeUnderTest().apiKeys.update({ userId, id: key.id }, () => ({
      output: null,
      changes: key,
      record: null,
    }));
    return { userId, ids, key };
  };

  /** Calls `deleteSome` until nothing is left. Returns what was deleted. */
  const deleteAll = async (userId: UserId): Promise<Holdings> => {
    let deleted = ZERO_HOLDINGS;
    for (;;) {
      const deletedNow = await removal().deleteSome(userId);
      if (Object.values(deletedNow).every((count) => count === 0)) return deleted;
      deleted = {
        agentTypes: deleted.agentTypes + deletedNow.agentTypes,
        agentInstances: deleted.agentInstances + deletedNow.agentInstances,
        messages: deleted.messages + deletedNow.messages,
        apiKeys: deleted.apiKeys + deletedNow.apiKeys,
      };
    }
  };

  const conversation = (userId: UserId, id: AgentInstanceId) =>
    storeUnderTest().queries.readConversation(userId, id, {
      limit: 200,
      before: null,
      waitingHere: NO_WAITS,
    });

  /** Reads all data of a user through `DashboardQueries` and `ApiKeyRepository`. */
  const readEverything = async (userId: UserId) => {
    const { queries, apiKeys } = storeUnderTest();
    const ids = [...(await queries.progress(userId)).keys()].toSorted();
    return {
      agentTypes: await queries.agentTypes(userId, { recent: 0, waitingHere: NO_WAITS }),
      conversations: await Promise.all(ids.map((id) => conversation(userId, id))),
      apiKeys: await apiKeys.list(userId),
    };
  };

  return {
    removal,
    change,
    post,
    end,
    writeRecord,
    newUserWithData,
    deleteAll,
    conversation,
    readEverything,
  };
}
