import { agentMessageNotFound, alreadyRequiresUserInput } from '../errors.ts';
import type { MessageId } from '../ids.ts';
import { fitAnswer } from '../question/fit-answer.ts';
import type { StopRequest } from './agent-instance.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import { type Message, PLAIN_ANSWER } from './message.ts';
import { type Outcome, tellOutcomes } from './outcome.ts';

export interface UserInputRequested {
  /** The step, which is a question now. */
  readonly message: Message;
  /** The user messages that the agent gets with the response. */
  readonly handedOver: readonly Message[];
  /** Whether more user messages are queued for this agent; false for a stale reader. */
  readonly more: boolean;
  /** Whether the read cursor has moved on from the step, because another process has read meanwhile. */
  readonly stale: boolean;
  /** How questions ended that the agent gets to know with the response. */
  readonly outcomes: readonly Outcome[];
  readonly stop: StopRequest | null;
}

/**
 * Turns an earlier step into a question. If the read cursor is still at that step, the queued user messages
 * are handed over, as many as one hand-off may have, and the first of them is the answer. If the cursor has
 * moved on, the caller is a stale reader: it gets no messages, but the step still becomes an open question.
 */
export function requestUserInput(
  conversation: Conversation,
  { messageId, now }: { messageId: MessageId; now: Date },
): Decision<UserInputRequested> {
  const instance = requireInstance(conversation);
  const step = conversation.messages.find((message) => message.id === messageId);
  if (step?.senderType !== 'AGENT') throw agentMessageNotFound();
  if (step.requiresUserInput) throw alreadyRequiresUserInput();

  const draft = new ConversationDraft(instance, conversation.messages, now);
  const stale = instance.lastReadMessageId !== messageId;
  const handedOver = stale ? [] : draft.handOverQueue();
  // A message that answers another question is not the answer of this one.
  const answer = handedOver.find(({ answerTo }) => answerTo === null) ?? null;
  if (answer !== null) draft.reopen();

  const message = draft.amend(step, {
    requiresUserInput: true,
    questionStatus: answer !== null ? 'answered' : draft.instance.status === 'COMPLETED' ? 'closed' : 'open',
    answerId: answer?.id ?? null,
  });
  if (answer !== null) {
    const { values } = fitAnswer(step.question, answer.content);
    draft.amend(answer, { answerTo: { ...PLAIN_ANSWER, questionId: messageId, values } });
  }
  draft.updateInstance({ lastActivityAt: now, ...(!stale && { lease: { messageId, deliveries: 1 } }) });
  draft.tellStop();
  const current = handedOver.map(({ id }) => draft.findMessage(id)!);
  return {
    output: {
      message,
      handedOver,
      more: !stale && draft.hasQueue(),
      stale,
      outcomes: stale ? [] : tellOutcomes(draft, current),
      stop: draft.instance.stop,
    },
    changes: draft.changes(),
  };
}
