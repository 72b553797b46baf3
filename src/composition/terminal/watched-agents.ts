import type { AgentInstance, ConversationMessage, LiveEvent } from '../../adapters/client/client.ts';
import { plainLine } from './plain-text.ts';
import { messageLine } from './question-lines.ts';

const URGENCY: readonly string[] = ['AWAITING_INPUT', 'ACTIVE', 'STALE'];
const TIMELINE = 200;
/** How many characters of an id are shown. UUIDs begin with the time in milliseconds; this is all of it. */
const SHOWN_OF_ID = 13;
/** The shortest start of an id that `reply` accepts. */
const SHORTEST_START = 4;

/** A person's agents, kept up to date by events. */
export class WatchedAgents {
  readonly #instances = new Map<string, AgentInstance>();
  /** The newest open question of each agent that waits, if it is known; null: none was found. */
  readonly #questions = new Map<string, ConversationMessage | null>();
  /** One line for each event, the newest last. */
  readonly timeline: string[] = [];

  /**
   * Agents that wait for the person come first, the longest wait first. Then the others, the newest message
   * first.
   */
  get list(): readonly AgentInstance[] {
    return [...this.#instances.values()].sort((a, b) => {
      const urgency = urgencyOf(a) - urgencyOf(b);
      if (urgency !== 0) return urgency;
      return a.status === 'AWAITING_INPUT' ? spokeAt(a) - spokeAt(b) : spokeAt(b) - spokeAt(a);
    });
  }

  /**
   * Replaces all instances with those that the server lists now.
   * @returns the instances that are new or have changed.
   */
  replace(instances: readonly AgentInstance[]): readonly AgentInstance[] {
    const before = new Map(this.#instances);
    this.#instances.clear();
    this.#questions.clear();
    for (const instance of instances) this.#instances.set(instance.id, instance);
    return this.list.filter((instance) => hasChanged(before.get(instance.id), instance));
  }

  /** The open question of an instance; null when it has none, or it is not known. */
  question(id: string): string | null {
    return this.#questions.get(id)?.content ?? null;
  }

  /** Agents that wait, but whose question is not known yet and must be read. */
  get withUnknownQuestion(): readonly AgentInstance[] {
    return this.list.filter(({ id, status }) => status === 'AWAITING_INPUT' && !this.#questions.has(id));
  }

  /** Sets the open question of an instance. */
  setQuestion(id: string, question: ConversationMessage | null): void {
    this.#questions.set(id, question);
  }

  /** The shortest start of an id that is unique among the watched agents. */
  shortIdOf(id: string): string {
    const others = [...this.#instances.keys()].filter((other) => other !== id);
    let length = others.length === 0 ? SHOWN_OF_ID : SHORTEST_START;
    while (others.some((other) => other.startsWith(id.slice(0, length)))) length += 1;
    return id.slice(0, length);
  }

  /** Applies an event. @returns its line for the timeline; null when it needs none. */
  apply(event: LiveEvent): string | null {
    const line = this.#applyEvent(event);
    if (line !== null) this.timeline.push(line);
    if (this.timeline.length > TIMELINE) this.timeline.shift();
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
      return before?.status === instance.status ? null : this.#line(instance.id, `is ${instance.status}`);
    }
    if (type !== 'message') return null;
    const { agent_instance_id: id, content, created_at, sender_type, requires_user_input } = data;
    const instance = this.#instances.get(id);
    if (instance !== undefined) {
      const latest = { latest_message: content, latest_message_at: created_at };
      this.#instances.set(id, { ...instance, ...latest, chat_length: instance.chat_length + 1 });
    }
    if (sender_type === 'USER') return this.#line(id, `← ${plainLine(content)}`, created_at);
    if (requires_user_input) return this.#line(id, `? ${messageLine(content)}`, created_at);
    return this.#line(id, `· ${plainLine(content)}`, created_at);
  }

  /** After an answer an older question may still be open, so the question becomes unknown. */
  #updateQuestion(message: ConversationMessage & { readonly agent_instance_id: string }): void {
    const { agent_instance_id: id, question_status } = message;
    if (question_status === 'open' && !isOlder(message, this.#questions.get(id)))
      this.#questions.set(id, message);
    if (question_status !== 'open' && this.#questions.get(id)?.id === message.id) this.#questions.delete(id);
  }

  #line(id: string, text: string, at = new Date().toISOString()): string {
    return `${clockTime(at)} ${nameOf(this.#instances.get(id), id)} ${text}`;
  }
}

/** The start of the id and the name: enough to recognize an instance, and to name it in `reply`. */
export const nameOf = (instance: AgentInstance | undefined, id: string): string =>
  `${id.slice(0, SHOWN_OF_ID)} ${plainLine(instance?.name ?? instance?.agent_type_name ?? '')}`.trimEnd();

export const clockTime = (iso: string): string => {
  const time = new Date(iso);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
};

const isOlder = (message: ConversationMessage, than: ConversationMessage | null | undefined): boolean =>
  than != null && message.position < than.position;

const hasChanged = (before: AgentInstance | undefined, now: AgentInstance): boolean =>
  before?.status !== now.status || before.latest_message_at !== now.latest_message_at;

function urgencyOf({ status }: AgentInstance): number {
  const place = URGENCY.indexOf(status);
  return place === -1 ? URGENCY.length : place;
}

const spokeAt = ({ latest_message_at, started_at }: AgentInstance): number =>
  Date.parse(latest_message_at ?? started_at);
