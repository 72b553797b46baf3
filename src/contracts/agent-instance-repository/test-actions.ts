import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import { type AgentMessage, postAgentMessage } from '../../domain/conversation/agent-messages.ts';
import { normaliseAgentTypeName } from '../../domain/conversation/agent-type.ts';
import type { Conversation, Decision } from '../../domain/conversation/conversation.ts';
import { readAnswer } from '../../domain/conversation/hand-off/read-answer.ts';
import { readPending } from '../../domain/conversation/hand-off/read-pending.ts';
import type { Message } from '../../domain/conversation/message.ts';
import { endAtDeadline } from '../../domain/conversation/question-endings.ts';
import { requestUserInput } from '../../domain/conversation/request-user-input.ts';
import { receiveUserMessage } from '../../domain/conversation/user-messages.ts';
import type { AgentInstanceId, MessageId } from '../../domain/ids.ts';
import type { AnswerContent } from '../../domain/question/answer-content.ts';
import type { UpdateTarget } from '../../ports/storage/agent-instance-repository.ts';
import { anAgentMessage } from '../agent-message-builder.ts';
import { NOW, newId, newUser } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenStore } from './open-store.ts';

/** The instance of a test, with its user. */
export type InstanceTarget = Pick<UpdateTarget, 'userId' | 'agentInstanceId'>;

/** Returns an instance that does not exist yet, of a new user. */
export const newTarget = (): InstanceTarget => ({
  userId: newUser(),
  agentInstanceId: newId<AgentInstanceId>(),
});

type QuestionFields = Pick<AgentMessage, 'shape' | 'expiresAt' | 'reach' | 'context'>;

export const contents = (messages: readonly Message[]) => messages.map(({ content }) => content);

/**
 * Returns functions that do what agents and users do. Each function runs a decision of the domain on the
 * given repository, by default the first one.
 */
export function testActionsIn(storeUnderTest: () => Pick<OpenStore, 'repositories'>) {
  const store = () => storeUnderTest().repositories[0];

  /** Posts a step or a question of the agent. */
  const post = (
    target: InstanceTarget,
    {
      content = 'a step',
      isQuestion = false,
      agentType = 'claude-code',
      ...question
    }: { content?: string; isQuestion?: boolean; agentType?: string } & QuestionFields = {},
    repository = store(),
  ) => {
    const name = normaliseAgentTypeName(agentType);
    const metadata = { nested: { list: [1, 'two', null] } };
    const fields = { agentTypeName: name, content, isQuestion, metadata, ...question };
    return repository.update(
      {
        ...target,
        withQueuedMessages: true,
        openQuestionText: isQuestion ? content : null,
        withLease: true,
        agentTypeName: name,
      },
      withoutRecord((conversation) =>
        postAgentMessage(conversation, anAgentMessage(target.agentInstanceId, fields)),
      ),
    );
  };

  /** Writes a message of the user. */
  const say = (target: InstanceTarget, content: string, markAsRead = false, repository = store()) =>
    repository.update(
      target,
      withoutRecord((conversation) =>
        receiveUserMessage(conversation, { content, markAsRead, newMessageId: newId<MessageId>(), now: NOW }),
      ),
    );

  /** Answers a question of the agent. */
  const answer = (target: InstanceTarget, inReplyTo: MessageId, content: AnswerContent) =>
    store().update(
      { ...target, questionId: inReplyTo },
      withoutRecord((conversation) =>
        receiveUserMessage(conversation, {
          content,
          markAsRead: false,
          inReplyTo,
          via: 'page',
          newMessageId: newId<MessageId>(),
          now: NOW,
        }),
      ),
    );

  /** Ends a question at its deadline. */
  const endAt = (target: InstanceTarget, questionId: MessageId, now: Date) =>
    store().update(
      { ...target, questionId },
      withoutRecord((conversation) =>
        endAtDeadline(conversation, { questionId, newMessageId: newId<MessageId>(), now }),
      ),
    );

  /** Reads the queued user messages, as an agent does. */
  const read = (target: InstanceTarget, lastReadMessageId: MessageId | null, repository = store()) =>
    repository.update(
      { ...target, withQueuedMessages: true, readAfterMessageId: lastReadMessageId },
      withoutRecord((conversation) => readPending(conversation, { lastReadMessageId, now: NOW })),
    );

  /** Reads the answer of a question. */
  const readQuestion = (target: InstanceTarget, questionId: MessageId, repository = store()) =>
    repository.update(
      { ...target, questionId },
      withoutRecord((conversation) => readAnswer(conversation, { questionId, now: NOW })),
    );

  /** Turns a step into a question. */
  const requestInput = (target: InstanceTarget, messageId: MessageId) =>
    store().update(
      { ...target, messageId, withQueuedMessages: true },
      withoutRecord((conversation) => requestUserInput(conversation, { messageId, now: NOW })),
    );

  /** Makes a decision that needs no more than the time, such as to end, delete or restore an instance. */
  const change = (
    target: InstanceTarget,
    decide: (conversation: Conversation, fields: { now: Date }) => Decision<AgentInstance>,
  ) =>
    store().update(
      target,
      withoutRecord((conversation) => decide(conversation, { now: NOW })),
    );

  /** Returns what an update loads: the queue, and what `alsoLoad` names. Changes nothing. */
  const load = (target: InstanceTarget, alsoLoad: Partial<UpdateTarget> = {}) =>
    store().update({ ...target, withQueuedMessages: true, ...alsoLoad }, (conversation, record) => ({
      output: { ...conversation, record },
      changes: null,
      record: null,
    }));

  return { store, post, say, answer, endAt, read, readQuestion, requestInput, change, load };
}
