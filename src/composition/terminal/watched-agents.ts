import type { AgentInstance, ConversationMessage, LiveEvent } from '../../adapters/client/client.ts';
import { plainLine } from '../../domain/text/plain-text.ts';
import { messageLine, questionTextOf } from './question-lines.ts';
import { statusNews } from './status-news.ts';

/** The statuses that come first in the list, in this order. */
const URGENCY: readonly string[] = ['AWAITING_INPUT', 'ACTIVE', 'STALE'];
const MAX_TIMELINE_LINES = 200;
/** How many characters of an id are shown: as many as the time at the start of a UUID of version 7 has. */
const SHOWN_ID_LENGTH = 13;
/** The shortest start of an id that `reply` accepts. */
const MIN_ID_START_LENGTH = 4;

/** How questions end that get no answer. The end of an instance says that its questions are closed. */
const ENDINGS: ReadonlyMap<ConversationMessage['question_status'], string> = new Map([
  ['expired', 'nobody answered in time'],
  ['withdrawn', 'the agent took its question back'],
]);

/** A person's agents, kept up to date by events. */
export class WatchedAgents {
  readonly #instances = new Map<string, AgentInstance>();
  /** The newest open question of each agent that waits, if it has been read; null when none was found. */
  readonly #questions = new Map<string, ConversationMessage | null>();
  /** One line for each event, the newest last. */
  readonly timeline: string[] = [];

  /**
   * The agents in the order of the screen: first those that wait for the person, the longest wait first, then
   * the others, the newest message first.
   */
  get list(): readonly AgentInstance[] {
    return [...this.#instances.values()].sort((a, b) => {
      const urgency = urgencyOf(a) - urgencyOf(b);
      if (urgency !== 0) return urgency;
      return a.status === 'AWAITING_INPUT'
        ? lastMessageAt(a) - lastMessageAt(b)
        : lastMessageAt(b) - lastMessageAt(a);
    });
  }

  /**
   * Replaces all instances with those that the server lists now.
   * @returns the instances that are new or have changed.
   */
  replaceAll(instances: readonly AgentInstance[]): readonly AgentInstance[] {
    const before = new Map(this.#instances);
    this.#instances.clear();
    this.#questions.clear();
    for (const instance of instances) this.#instances.set(instance.id, instance);
    return this.list.filter((instance) => hasChanged(before.get(instance.id), instance));
  }

  /** Returns the open question of an instance; null when it has none, or the question has not been read. */
  question(id: string): ConversationMessage | null {
    return this.#questions.get(id) ?? null;
  }

  /** The agents that wait, but whose question has not been read yet. */
  get agentsWithUnknownQuestion(): readonly AgentInstance[] {
    return this.list.filter(({ id, status }) => status === 'AWAITING_INPUT' && !this.#questions.has(id));
  }

  /** Sets the open question of an instance. */
  setQuestion(id: string, question: ConversationMessage | null): void {
    this.#questions.set(id, question);
  }

  /** Returns the shortest start of an id that is unique among the watched agents. */
  shortIdOf(id: string): string {
    const others = [...this.#instances.keys()].filter((other) => other !== id);
    let length = others.length === 0 ? SHOWN_ID_LENGTH : MIN_ID_START_LENGTH;
    while (others.some((other) => other.startsWith(id.slice(0, length)))) length += 1;
    return id.slice(0, length);
  }

  /** Applies an event. Returns its line for the timeline; null when it has none. */
  apply(event: LiveEvent): string | null {
    const line = this.#applyEvent(event);
    if (line !== null) this.timeline.push(line);
    if (this.timeline.length > MAX_TIMELINE_LINES) this.timeline.shift();
    return line;
  }

  #applyEvent({ type, data }: LiveEvent): string | null {
    if (type === 'message' || type === 'message_update') this.#updateQuestion(data);
    if (type === 'status_update') {
      const instance = data;
      if (instance.status !== 'AWAITING_INPUT') this.#questions.delete(instance.id);
      const before = this.#instances.get(instance.id);
      if (instance.status === 'DELETED') this.#instances.delete(instance.id);
      else this.#instances.set(instance.id, instance);
      const news = statusNews(before, instance);
      return news.length === 0 ? null : this.#line(instance.id, news.join(', '));
    }
    if (type === 'message_update') {
      const ending = ENDINGS.get(data.question_status);
      return ending === undefined
        ? null
        : this.#line(data.agent_instance_id, `× ${ending}: ${plainLine(questionTextOf(data))}`);
    }
    if (type !== 'message') return null;
    const { agent_instance_id: id, content, created_at, sender_type, requires_user_input } = data;
    const instance = this.#instances.get(id);
    if (instance !== undefined) {
      const latest = { latest_message: content, latest_message_at: created_at };
      this.#instances.set(id, { ...instance, ...latest, chat_length: instance.chat_length + 1 });
    }
    if (sender_type === 'USER') {
      const note =
        data.answer_to?.decided_by === 'default' ? 'nobody answered in time, so the default: ' : '';
      return this.#line(id, `← ${note}${plainLine(content)}`, created_at);
    }
    if (requires_user_input) return this.#line(id, `? ${messageLine(data)}`, created_at);
    return this.#line(id, `· ${plainLine(content)}`, created_at);
  }

  /**
   * Keeps a message if it is the newest open question of its instance. Removes a question that is not open
   * any more: an older one may still be open, and has to be read.
   */
  #updateQuestion(message: ConversationMessage & { readonly agent_instance_id: string }): void {
    const { agent_instance_id: id, question_status } = message;
    if (question_status === 'open' && !isOlder(message, this.#questions.get(id)))
      this.#questions.set(id, message);
    if (question_status !== 'open' && this.#questions.get(id)?.id === message.id) this.#questions.delete(id);
  }

  #line(id: string, text: string, at = new Date().toISOString()): string {
    return `${clockTime(at)} ${instanceLabel(this.#instances.get(id), id)} ${text}`;
  }
}

/** Returns the start of the id, and the name, for lists. `reply` accepts the start of the id. */
export const instanceLabel = (instance: AgentInstance | undefined, id: string): string =>
  `${id.slice(0, SHOWN_ID_LENGTH)} ${plainLine(instance?.name ?? instance?.agent_type_name ?? '')}`.trimEnd();

/** Returns where the agent runs, for the end of a heading; an empty text if that is not known. */
export function placeNote({ context }: AgentInstance): string {
  const place = [context?.repository, context?.branch].filter((text) => text != null);
  return place.length === 0 ? '' : ` (${plainLine(place.join(' · '))})`;
}

export const clockTime = (iso: string): string => {
  const time = new Date(iso);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
};

const isOlder = (message: ConversationMessage, other: ConversationMessage | null | undefined): boolean =>
  other != null && message.position < other.position;

const hasChanged = (before: AgentInstance | undefined, now: AgentInstance): boolean =>
  before?.status !== now.status || before.latest_message_at !== now.latest_message_at;

function urgencyOf({ status }: AgentInstance): number {
  const place = URGENCY.indexOf(status);
  return place === -1 ? URGENCY.length : place;
}

const lastMessageAt = ({ latest_message_at, started_at }: AgentInstance): number =>
  Date.parse(latest_message_at ?? started_at);
