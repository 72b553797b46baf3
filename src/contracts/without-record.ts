import type { Conversation, Decision } from '../domain/conversation/conversation.ts';
import type { RecordedDecision } from '../ports/storage/agent-instance-repository.ts';

/** Turns a decision of the domain into one that `update` accepts, without an idempotency record. */
export const withoutRecord =
  <Output>(decide: (conversation: Conversation) => Decision<Output>) =>
  (conversation: Conversation): RecordedDecision<Output> => ({ ...decide(conversation), record: null });
