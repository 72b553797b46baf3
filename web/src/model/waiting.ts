import { type Conversation, openQuestions } from './conversation.ts';
import { textOf } from './question/question-text.ts';
import { statusGroupOf } from './status-group.ts';
import type { AgentInstance } from './wire.ts';

/** Since when an agent waits for the user, and for what. */
export interface Waiting {
  readonly since: string;
  readonly question: string;
}

/**
 * Returns since when an instance waits; null if it does not wait. The agent may have written since it asked:
 * then the oldest open question says it, as far as the page has loaded it.
 */
export function waitingOf(instance: AgentInstance, conversation: Conversation | undefined): Waiting | null {
  if (statusGroupOf(instance) !== 'waiting') return null;
  const oldest = conversation === undefined ? undefined : openQuestions(conversation)[0];
  if (oldest !== undefined) return { since: oldest.created_at, question: textOf(oldest) };
  return {
    since: instance.latest_message_at ?? instance.started_at,
    question: instance.latest_message ?? '',
  };
}
