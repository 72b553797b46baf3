import type { Dispatch } from '../../application/dispatch/dispatch.ts';
import type { PersonAnswer, PersonQuestion } from '../../application/permission/person-question.ts';
import { askQuestion, sendAgentMessage, withdrawQuestion } from '../../application/use-cases/index.ts';
import { CodedError } from '../../domain/errors.ts';
import { isValidContent } from '../../domain/text/content.ts';
import type { Ids } from '../../ports/runtime.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import type { Session } from './open-prompts.ts';

/** What came of a question: an answer, a request to stop, or neither in time. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: PersonAnswer }
  | { readonly kind: 'stop'; readonly reason: string | null }
  | { readonly kind: 'none' };

export interface AskingCall {
  readonly dispatch: Dispatch;
  readonly ids: Ids;
  readonly caller: Caller;
  readonly session: Session;
  readonly agentType: string;
  /** By `performance.now()`. */
  readonly deadline: number;
  /** Aborted when an answer is not needed any more: the agent is gone, or has its answer. */
  readonly over: AbortSignal;
}

/** A call whose response has no place for what the person wrote, so that nothing is handed over with it. */
export const HANDS_OVER_NOTHING = AbortSignal.abort();

const NONE: Reply = { kind: 'none' };

/**
 * Asks the person a question, and waits for the answer. A question without an answer is taken back: the agent
 * then asks at its terminal.
 */
export async function askPerson(call: AskingCall, question: PersonQuestion): Promise<Reply> {
  const { dispatch, ids, caller, session, agentType, deadline, over } = call;
  const { text, options, multiple = false } = question;
  if (!isValidContent(text) || over.aborted || performance.now() >= deadline) return NONE;
  const sent = await dispatch(sendAgentMessage, {
    caller,
    // The key makes this a new question, also right after one with the same text: a yes allows one use.
    idempotencyKey: ids.next(),
    clientGone: HANDS_OVER_NOTHING,
    input: {
      agent_instance_id: session.agentInstanceId,
      agent_type: agentType,
      content: text,
      requires_user_input: true,
      ...(options.length > 0 && { options }),
      ...(multiple && { multiple, min: 1 }),
      // If this process dies, the question ends all the same: nobody waits for its answer after that.
      expires_in_seconds: Math.max(1, Math.ceil(remainingSeconds(deadline))),
    },
  });
  const read = async (seconds: number): Promise<Reply> => {
    const { stop_requested, status, answer, outcome } = await dispatch(askQuestion, {
      caller,
      clientGone: over,
      input: { question_id: sent.message_id, wait_seconds: seconds },
    });
    // A stop counts more than an answer: the agent must not go on.
    if (stop_requested !== null) return { kind: 'stop', reason: stop_requested.reason };
    if (status !== 'answered' || answer === null) return NONE;
    return { kind: 'answer', answer: { text: answer, values: outcome?.values ?? null } };
  };
  const reply = await read(remainingSeconds(deadline)).catch(async (error: unknown) => {
    // Nobody waits for an answer any more. With a revoked token, only the deadline ends the question.
    await withdraw(call, sent.message_id).catch(() => {});
    throw error;
  });
  if (reply.kind === 'answer') return reply;
  const wasAnswered = await withdraw(call, sent.message_id);
  return wasAnswered && !over.aborted ? read(0) : reply;
}

const remainingSeconds = (deadline: number): number => Math.max(0, (deadline - performance.now()) / 1000);

/** Takes a question back. @returns whether somebody has answered it meanwhile. */
async function withdraw({ dispatch, caller }: AskingCall, questionId: string): Promise<boolean> {
  try {
    await dispatch(withdrawQuestion, { caller, input: { question_id: questionId } });
    return false;
  } catch (error) {
    if (!(error instanceof CodedError) || !OVER_CODES.has(error.code)) throw error;
    return error.code === 'already_answered';
  }
}

const OVER_CODES: ReadonlySet<string> = new Set(['already_answered', 'instance_deleted', 'question_over']);
