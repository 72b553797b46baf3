import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import { withMoreMessages } from '../../model/dashboard-state.ts';
import { postponedBy, timeLeft } from '../../model/question/deadline.ts';
import type { Message } from '../../model/wire.ts';
import { request } from '../../server/request.ts';
import { announcement, showError } from '../page/notices.ts';
import { dashboard } from './dashboard.ts';

let lastPostponement: Promise<void> = Promise.resolve();

/** Gives a question that has a deadline more time. Two taps give it twice as much. */
export function postponeQuestion(
  instanceId: string,
  questionId: string,
  addedSeconds: number,
): Promise<void> {
  lastPostponement = lastPostponement
    .then(() => postpone(instanceId, questionId, addedSeconds))
    .catch(showError);
  return lastPostponement;
}

async function postpone(instanceId: string, questionId: string, addedSeconds: number): Promise<void> {
  const expiresAt = deadlineOf(instanceId, questionId);
  if (expiresAt === null) return;
  const question = await request<Message>('PATCH', `/questions/${encodeURIComponent(questionId)}`, {
    body: { expires_in_seconds: postponedBy(addedSeconds, expiresAt, Date.now()) },
    idempotencyKey: randomId(),
  });
  dashboard.value = withMoreMessages(dashboard.value, instanceId, [question]);
  announcement.value = `More time: ${timeLeft(question.expires_at ?? expiresAt, Date.now())}.`;
}

function deadlineOf(instanceId: string, questionId: string): string | null {
  const messages = dashboard.value.conversations.get(instanceId)?.messages ?? [];
  return messages.find(({ id }) => id === questionId)?.expires_at ?? null;
}
