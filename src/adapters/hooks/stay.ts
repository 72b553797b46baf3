import type { Dispatch } from '../../application/dispatch/dispatch.ts';
import { readPendingMessages } from '../../application/use-cases/index.ts';
import type { Caller } from '../../ports/tokens/token-verifier.ts';
import type { Session } from './open-prompts.ts';

/** What a session waits on that stays at the end of its turn: no tool. */
export const END_OF_TURN = { tool: '', input: {} };

/** The longest wait of one call. */
const MAX_WAIT_SECONDS = 300;

/** A call that returns this much before its end has found a reason to return. */
const EARLY_MS = 1_000;

export interface StayingCall {
  readonly dispatch: Dispatch;
  readonly caller: Caller;
  readonly session: Session;
  /** The last message of the agent. */
  readonly lastMessageId: string;
  /** By `performance.now()`. */
  readonly deadline: number;
  /** Aborted when the agent does not wait any more. */
  readonly over: AbortSignal;
}

/**
 * Waits at the end of a turn for what the person writes next, or for a request to stop. It returns without
 * either at the deadline, when the instance has ended, when another event of the session has read meanwhile,
 * and when the process is about to stop.
 */
export async function stay({ dispatch, caller, session, lastMessageId, deadline, over }: StayingCall) {
  for (;;) {
    const wait = Math.max(0, Math.min(MAX_WAIT_SECONDS, Math.ceil((deadline - performance.now()) / 1000)));
    const callEnd = performance.now() + wait * 1000;
    const { messages, stop_requested: stop } = await dispatch(readPendingMessages, {
      caller,
      clientGone: over,
      input: { agent_instance_id: session.agentInstanceId, last_read_message_id: lastMessageId, wait },
    });
    const now = performance.now();
    const hasFound = messages.length > 0 || stop !== null;
    if (hasFound || over.aborted || now >= deadline || now < callEnd - EARLY_MS) return { messages, stop };
  }
}
