import { postAgentMessage } from '../../../src/domain/conversation/agent-messages.ts';
import type { Conversation, Decision } from '../../../src/domain/conversation/conversation.ts';
import { readPending } from '../../../src/domain/conversation/hand-off/read-pending.ts';
import { endSession, heartbeat, startAgentInstance } from '../../../src/domain/conversation/lifecycle.ts';
import { isOpenQuestion, type Message } from '../../../src/domain/conversation/message.ts';
import { requestUserInput } from '../../../src/domain/conversation/request-user-input.ts';
import { receiveUserMessage } from '../../../src/domain/conversation/user-messages.ts';
import type { MessageId } from '../../../src/domain/ids.ts';
import { checkGitDiff } from '../../../src/domain/text/git-diff.ts';
import type { UpdateTarget } from '../../../src/ports/storage/agent-instance-repository.ts';
import { agentTypeIdOf, anAgentType, instanceIdOf, messageIdOf } from '../../support/builders.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { type QuestionPlan, randomEnding, randomQuestionPlan, randomStop } from './random-endings.ts';

/** A decision, and what a store has to load for it. */
export interface RandomDecision {
  readonly name: string;
  readonly target: Omit<UpdateTarget, 'userId' | 'agentInstanceId'>;
  /** Returns the changes and the messages that the agent is handed. */
  decide(conversation: Conversation): Decision<{
    readonly handedOver: readonly Message[];
    /** Whether some of them were handed over before. Absent: none of them. */
    readonly redelivered?: boolean;
  }>;
}

const TEXTS = ['Deploy?', 'Which branch?', 'Go on'] as const;
const DIFFS = [null, '', 'diff --git a/x b/x\n+x\n', 'not a diff'] as const;

/** A decision in which the agent logs a step or asks a question. */
export function postDecision(
  content: string,
  isQuestion: boolean,
  gitDiff: unknown,
  number: number,
  now: Date,
  plan: QuestionPlan = {},
): RandomDecision {
  return {
    name: isQuestion ? `ask ${content}` : 'log a step',
    target: {
      withQueuedMessages: true,
      openQuestionText: isQuestion ? content : null,
      withLease: true,
      messageId: plan.supersedes ?? null,
      agentTypeName: 'claude-code',
    },
    decide: (conversation) => {
      const { output, changes } = postAgentMessage(conversation, {
        agentInstanceId: instanceIdOf(1),
        agentTypeName: 'claude-code',
        content,
        isQuestion,
        metadata: null,
        gitDiff: checkGitDiff(gitDiff),
        hasIdempotencyKey: false,
        isClientGone: false,
        newMessageId: messageIdOf(number),
        newAgentTypeId: agentTypeIdOf(1),
        now,
        ...plan,
      });
      const { handedOver, redelivered } = output;
      return { output: { handedOver, redelivered }, changes };
    },
  };
}

/** Returns a random decision that fits the conversation. `number` makes its ids unique. */
export function randomDecision(
  random: SeededRandom,
  { instance, messages }: Conversation,
  number: number,
  now: Date,
): RandomDecision {
  const someMessage = (): MessageId =>
    random.pick([
      instance?.lastReadMessageId ?? messageIdOf(0),
      messageIdOf(0),
      ...messages.map(({ id }) => id),
    ]);
  const cursor = instance?.lastReadMessageId ?? null;
  const newMessageId = messageIdOf(number);
  const kind = random.pick([
    ...(['post', 'post', 'post', 'user', 'user', 'user', 'read', 'read'] as const),
    ...(['request', 'end', 'heartbeat', 'start', 'ending', 'ending', 'stop'] as const),
  ]);

  switch (kind) {
    case 'post': {
      const isQuestion = random.chance(0.5);
      const plan = isQuestion ? randomQuestionPlan(random, someMessage, now) : {};
      return postDecision(random.pick(TEXTS), isQuestion, random.pick(DIFFS), number, now, plan);
    }
    case 'ending':
      return randomEnding(random, {
        questionId: random.pick([someMessage(), ...messages.filter(isOpenQuestion).map(({ id }) => id)]),
        newMessageId,
        now,
      });
    case 'stop':
      return randomStop(random, now);
    case 'user': {
      const inReplyTo = random.pick([null, null, someMessage()]);
      const sent = { content: 'yes', markAsRead: random.chance(0.3), inReplyTo, newMessageId, now };
      return {
        name: `the person${inReplyTo === null ? '' : ` to ${inReplyTo}`}, ${sent.markAsRead ? 'read at once' : 'queued'}`,
        target: { questionId: inReplyTo },
        decide: (conversation) => {
          const { output, changes } = receiveUserMessage(conversation, sent);
          return { output: { handedOver: sent.markAsRead ? [output] : [] }, changes };
        },
      };
    }
    case 'read': {
      const lastReadMessageId = random.pick([null, cursor, cursor, someMessage()]);
      return {
        name: `read after ${lastReadMessageId}`,
        target: { withQueuedMessages: true, readAfterMessageId: lastReadMessageId },
        decide: (conversation) => {
          const { output, changes } = readPending(conversation, { lastReadMessageId, now });
          return { output: { handedOver: lastReadMessageId === null ? [] : output.messages }, changes };
        },
      };
    }
    case 'request': {
      const messageId = someMessage();
      return {
        name: `request input for ${messageId}`,
        target: { withQueuedMessages: true, messageId },
        decide: (conversation) => {
          const { output, changes } = requestUserInput(conversation, { messageId, now });
          return { output: { handedOver: output.handedOver }, changes };
        },
      };
    }
    case 'start':
      return {
        name: 'start',
        target: { agentTypeName: 'claude-code' },
        decide: (conversation) => {
          const start = { id: instanceIdOf(1), agentType: anAgentType(), now };
          return { output: { handedOver: [] }, changes: startAgentInstance(conversation, start).changes };
        },
      };
    case 'end':
    case 'heartbeat': {
      const decide = kind === 'end' ? endSession : heartbeat;
      return {
        name: kind,
        target: {},
        decide: (conversation) => ({
          output: { handedOver: [] },
          changes: decide(conversation, { now }).changes,
        }),
      };
    }
  }
}
