import type { Conversation, Decision } from '../domain/conversation/conversation.ts';
import type { RecordedDecision } from '../ports/storage/agent-instance-repository.ts';

/** A decision of the domain as an update takes it: there is no idempotency record to write with it. */
export const withoutRecord =
  <Output>(decide: (conversation: Conversation) => Decision<Output>) =>
  (conversation: Conversation): RecordedDecision<Output> => ({ ...decide(conversation), record: null });
