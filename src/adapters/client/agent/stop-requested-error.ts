import type { Message, StopRequest } from '../wire.ts';

/**
 * Thrown by the calls of a session with `onStop: 'throw'` when the person has requested that the agent stops.
 * What the call was about is done: a step is recorded, and a question stays open until the session ends.
 */
export class StopRequestedError extends Error {
  override readonly name = 'StopRequestedError';
  /** What the person gave as the reason; null if they gave none. */
  readonly reason: string | null;
  /** When the person requested it: ISO 8601 in UTC. */
  readonly at: string;
  /** The messages of the person that the call has received. The server does not hand them over again. */
  readonly messages: readonly Message[];

  constructor({ reason, at }: StopRequest, messages: readonly Message[]) {
    super(`Stop was requested by the person${reason === null ? '' : `: ${reason}`}`);
    this.reason = reason;
    this.at = at;
    this.messages = messages;
  }
}
