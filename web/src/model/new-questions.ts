import { statusGroupOf } from './status-group.ts';
import type { AgentInstance, LiveEventData, Message, StreamEvent } from './wire.ts';

/** A question, and the instance that asks it. */
export type AskedQuestion = LiveEventData['message'];

/** An agent that turns a step into a question mostly does so at once. */
const MAX_RECENT_STEPS = 1_000;

/**
 * Decides of which questions the user has to be told. Each is told once, by its id, whatever else happens in
 * its instance: steps, answers, and an agent that begins or stops to wait.
 */
export class NewQuestions {
  readonly #knownIds = new Set<string>();
  readonly #recentStepIds = new Set<string>();

  /**
   * Returns the question that an event brings, or null if it brings none that is new.
   * @param instance the instance before the event; undefined if it is not known
   */
  inEvent({ type, data }: StreamEvent, instance: AgentInstance | undefined): AskedQuestion | null {
    if (type !== 'message' && type !== 'message_update') return null;
    if (type === 'message' && !data.requires_user_input) this.#rememberStep(data.id);
    if (!this.#isFirstSight(data)) return null;
    // A change of an older question is no news. But a step that has become a question is.
    const wasStep = this.#recentStepIds.has(data.id) || wasLatestStep(instance, data);
    return type === 'message' || wasStep ? data : null;
  }

  /**
   * Returns the new questions of an instance whose events were missed.
   * @param before the instance before that; undefined if it is new
   * @param messages its newest messages
   */
  inMissed(id: string, before: AgentInstance | undefined, messages: readonly Message[]): AskedQuestion[] {
    return messages
      .filter((message) => this.#isFirstSight(message))
      .filter(
        (message) =>
          before === undefined || message.position > before.chat_length || wasLatestStep(before, message),
      )
      .map((message) => ({ ...message, agent_instance_id: id }));
  }

  #rememberStep(id: string): void {
    this.#recentStepIds.add(id);
    if (this.#recentStepIds.size <= MAX_RECENT_STEPS) return;
    const [oldest] = this.#recentStepIds;
    this.#recentStepIds.delete(oldest!);
  }

  #isFirstSight({ id, question_status }: Message): boolean {
    // A step may become a question later.
    if (question_status !== 'open' || this.#knownIds.has(id)) return false;
    this.#knownIds.add(id);
    return true;
  }
}

const isWaiting = (instance: AgentInstance): boolean => statusGroupOf(instance) === 'waiting';

/**
 * Returns true if a question was the last message of its instance, and no question, before it became one. An
 * older message, or one of an instance that waited, may have been an open question all the time.
 */
const wasLatestStep = (before: AgentInstance | undefined, { position }: Message): boolean =>
  before !== undefined && !isWaiting(before) && position >= before.chat_length;

/** Returns the instances that wait, and may have asked something since an earlier state of the list. */
export const mayHaveAsked = (
  before: ReadonlyMap<string, AgentInstance>,
  after: ReadonlyMap<string, AgentInstance>,
): AgentInstance[] =>
  [...after.values()].filter((instance) => {
    const known = before.get(instance.id);
    if (!isWaiting(instance)) return false;
    return known === undefined || !isWaiting(known) || known.chat_length < instance.chat_length;
  });
