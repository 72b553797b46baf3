import { wireOutcome } from '../../../application/wire/outcome.ts';
import type { PostOutcome } from '../../../ports/outcome-callback.ts';
import type { SendRequest } from '../guarded-http/guarded-http.ts';
import { isAccepted, refusedResponse } from '../guarded-http/refused-response.ts';
import { targetUrl } from '../guarded-http/target-url.ts';

const TIMEOUT_MS = 15_000;

/**
 * Posts how a question ended to the address that it names. The first five fields are those that existing
 * receivers read; `user_message` is null if nobody answered. There is no signature, because the two have no
 * secret: a receiver relies on an address that nobody can guess.
 */
export const answerCallback =
  (send: SendRequest): PostOutcome =>
  async (address, { id, userId, agentInstanceId, outcome, answer, endedAt }, signal) => {
    const url = targetUrl(address);
    const body = JSON.stringify({
      user_message: answer?.text ?? null,
      user_id: userId,
      message_id: answer?.id ?? null,
      agent_instance_id: agentInstanceId,
      timestamp: endedAt.toISOString(),
      question_id: outcome.questionId,
      outcome: wireOutcome(outcome),
    });
    const headers = { 'content-type': 'application/json', 'webhook-id': id };
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await send({ method: 'POST', url, headers, body }, timeout);
    if (!isAccepted(response)) throw refusedResponse(response, url);
  };
