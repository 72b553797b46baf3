import type { AgentMessage } from '../../../src/domain/conversation/agent-messages.ts';
import {
  endAtDeadline,
  postponeDeadline,
  withdrawQuestion,
} from '../../../src/domain/conversation/question-endings.ts';
import { cancelStop, requestStop } from '../../../src/domain/conversation/stop.ts';
import type { MessageId } from '../../../src/domain/ids.ts';
import { aChoice, aShape } from '../../support/question-builders.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import type { RandomDecision } from './random-decisions.ts';

/** What a question asks for, when it ends, and what it takes the place of. */
export type QuestionPlan = Pick<AgentMessage, 'shape' | 'expiresAt' | 'supersedes'>;

const SHAPES = [
  null,
  null,
  aShape({ choice: aChoice() }),
  aShape({ defaultAnswer: 'go on' }),
  aShape({ choice: aChoice(), defaultAnswer: { values: ['n'] } }),
] as const;

export const randomQuestionPlan = (
  random: SeededRandom,
  someMessage: () => MessageId,
  now: Date,
): QuestionPlan => ({
  shape: random.pick(SHAPES),
  expiresAt: random.pick([null, now, new Date(now.getTime() + 20_000)]),
  supersedes: random.chance(0.2) ? someMessage() : null,
});

/** A decision that ends a question, or that moves its deadline. */
export function randomEnding(
  random: SeededRandom,
  { questionId, newMessageId, now }: { questionId: MessageId; newMessageId: MessageId; now: Date },
): RandomDecision {
  const kind = random.pick(['deadline', 'deadline', 'withdraw', 'postpone']);
  return {
    name: `${kind} ${questionId}`,
    target: { questionId },
    decide: (conversation) => {
      const expiresAt = new Date(now.getTime() + 40_000);
      const { changes } =
        kind === 'withdraw'
          ? withdrawQuestion(conversation, { questionId, now })
          : kind === 'postpone'
            ? postponeDeadline(conversation, { questionId, expiresAt, now })
            : endAtDeadline(conversation, { questionId, newMessageId, now });
      return { output: { handedOver: [] }, changes };
    },
  };
}

/** A decision that asks the agent to stop, or takes that back. */
export function randomStop(random: SeededRandom, now: Date): RandomDecision {
  const isRequest = random.chance(0.6);
  const reason = random.pick(['wrong branch', null]);
  return {
    name: isRequest ? `stop: ${reason}` : 'take the stop back',
    target: {},
    decide: (conversation) => {
      const { changes } = isRequest
        ? requestStop(conversation, { reason, now })
        : cancelStop(conversation, { now });
      return { output: { handedOver: [] }, changes };
    },
  };
}
