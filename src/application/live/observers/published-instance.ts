import { isOpenQuestion, type Message } from '../../../domain/conversation/message.ts';
import type { MessageId } from '../../../domain/ids.ts';
import type {
  ChangesSince,
  InstanceOverview,
  InstanceProgress,
} from '../../../ports/storage/dashboard-queries.ts';
import { type WireInstance, wireInstance } from '../../wire/agent-instance.ts';
import {
  type ChangeEvent,
  changeEventsFor,
  messageChangeEvent,
  statusChangeEvents,
} from '../events/change-events.ts';

interface ChangeContext {
  readonly staleBefore: Date;
  /** Whether agents may have started or stopped waiting since the last publication. */
  readonly waitsMayHaveChanged: boolean;
}

/** The last published state of one instance, and the events that lead from it to a newer state. */
export class PublishedInstance {
  #overview: InstanceOverview | null = null;
  #shown: WireInstance | null = null;
  /** null until the open questions were read. */
  #openQuestions: Map<MessageId, Message> | null = null;

  /** null until a state is known. */
  get overview(): InstanceOverview | null {
    return this.#overview;
  }

  /** The instance as it was last published; null until a state is known. */
  get shown(): WireInstance | null {
    return this.#shown;
  }

  get areOpenQuestionsKnown(): boolean {
    return this.#openQuestions !== null;
  }

  /** Sets the state that subscribers have already. It makes no events. */
  initialise(overview: InstanceOverview, openQuestions: readonly Message[] | null, staleBefore: Date): void {
    this.#remember(overview, staleBefore);
    if (openQuestions !== null) this.#openQuestions = byId(openQuestions);
  }

  /** Moves to the state that was read, and returns the events for the changes since `progressBefore`. */
  applyChanges(
    changes: ChangesSince,
    progressBefore: InstanceProgress,
    context: ChangeContext,
  ): ChangeEvent[] {
    const { staleBefore } = context;
    const events = [
      ...this.#waitEvents(changes, context),
      ...changeEventsFor(changes, { seen: progressBefore, lastPublished: this.#shown, staleBefore }),
    ];
    this.#remember(changes, staleBefore);
    this.#openQuestions ??= byId(changes.openQuestions);
    for (const message of [...changes.posted, ...changes.amended]) this.#rememberQuestion(message);
    return events;
  }

  /**
   * Moves to the given state, and returns the events for changes without a new version: an agent falls
   * silent, or starts or stops waiting.
   */
  applyLiveness(overview: InstanceOverview, seen: InstanceProgress, staleBefore: Date): ChangeEvent[] {
    const withoutChanges = { ...overview, posted: [], amended: [], openQuestions: [] };
    const events = [
      ...this.#waitEvents(withoutChanges, { staleBefore, waitsMayHaveChanged: false }),
      ...statusChangeEvents(overview, { seen, lastPublished: this.#shown, staleBefore }),
    ];
    this.#remember(overview, staleBefore);
    return events;
  }

  /**
   * Returns the events that say, for each open question, whether an agent waits for its answer. Questions
   * that have changed are left out, because the event of their change says it too.
   */
  #waitEvents(
    { agentWaiting, posted, amended, openQuestions }: Omit<ChangesSince, 'gitDiff'>,
    { waitsMayHaveChanged }: ChangeContext,
  ): ChangeEvent[] {
    const hasChanged =
      this.#overview === null ? waitsMayHaveChanged : this.#overview.agentWaiting !== agentWaiting;
    if (!hasChanged) return [];
    const changedIds = new Set([...posted, ...amended].map(({ id }) => id));
    return [...(this.#openQuestions?.values() ?? openQuestions)]
      .filter(({ id }) => !changedIds.has(id))
      .map((question) => messageChangeEvent('message_update', question, { agentWaiting }));
  }

  #remember(overview: InstanceOverview, staleBefore: Date): void {
    // The caller may pass more than an overview; messages and diffs must not stay in memory.
    const { instance, latestMessage, agentWaiting } = overview;
    this.#overview = { instance, latestMessage, agentWaiting };
    this.#shown = wireInstance(overview, { staleBefore });
  }

  #rememberQuestion(message: Message): void {
    if (isOpenQuestion(message)) this.#openQuestions?.set(message.id, message);
    else this.#openQuestions?.delete(message.id);
  }
}

const byId = (messages: readonly Message[]): Map<MessageId, Message> =>
  new Map(messages.map((message) => [message.id, message]));
