import type { AgentInstance, ConversationMessage, LiveEvent } from '../../adapters/client/client.ts';
import { plainLine } from './plain-text.ts';
import { messageLine } from './question-lines.ts';

const URGENCY: readonly string[] = ['AWAITING_INPUT', 'ACTIVE', 'STALE'];
const TIMELINE = 200;
/** Of ids that begin with the time, what tells those of one millisecond from others. */
const SHOWN_OF_ID = 13;
/** What `reply` takes for a beginning at least. */
const SHORTEST_BEGINNING = 4;

/** What a person sees of their agents, kept up to date by events. */
export class WatchedAgents {
  readonly #instances = new Map<string, AgentInstance>();
  /** The newest open question of those who wait, as far as it is known; null where none was found. */
  readonly #questions = new Map<string, ConversationMessage | null>();
  /** One line for each thing that happened, the newest last. */
  readonly timeline: string[] = [];

  /**
   * Whoever waits for the person comes first, the longest waiting before others; then the latest to speak.
   */
  get list(): readonly AgentInstance[] {
    return [...this.#instances.values()].sort((a, b) => {
      const urgency = urgencyOf(a) - urgencyOf(b);
      if (urgency !== 0) return urgency;
      return a.status === 'AWAITING_INPUT' ? spokeAt(a) - spokeAt(b) : spokeAt(b) - spokeAt(a);
    });
  }

  /**
   * Takes what the server lists now for all there is.
   * @returns those of which it tells something new.
   */
  replace(instances: readonly AgentInstance[]): readonly AgentInstance[] {
    const before = new Map(this.#instances);
    this.#instances.clear();
    this.#questions.clear();
    for (const instance of instances) this.#instances.set(instance.id, instance);
    return this.list.filter((instance) => isOther(before.get(instance.id), instance));
  }

  /** What an instance asks; null where that is not known, or nothing. */
  question(id: string): string | null {
    return this.#questions.get(id)?.content ?? null;
  }

  /** Those who wait for an answer to nobody knows what: somebody has to look it up. */
  get unclear(): readonly AgentInstance[] {
    return this.list.filter(({ id, status }) => status === 'AWAITING_INPUT' && !this.#questions.has(id));
  }

  /** Takes what was looked up. */
  asks(id: string, question: ConversationMessage | null): void {
    this.#questions.set(id, question);
  }

  /** As much of an id as tells it from the others that are watched; of one alone, what a list shows of it. */
  beginningOf(id: string): string {
    const others = [...this.#instances.keys()].filter((other) => other !== id);
    let length = others.length === 0 ? SHOWN_OF_ID : SHORTEST_BEGINNING;
    while (others.some((other) => other.startsWith(id.slice(0, length)))) length += 1;
    return id.slice(0, length);
  }

  /** @returns the line for the timeline; null where nothing is worth one. */
  take(event: LiveEvent): string | null {
    const line = this.#take(event);
    if (line !== null) this.timeline.push(line);
    if (this.timeline.length > TIMELINE) this.timeline.shift();
    return line;
  }

  #take({ type, data }: LiveEvent): string | null {
    if (type === 'message' || type === 'message_update') this.#noteQuestion(data);
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

  /** Of a question that is answered an older one may be open still: that has to be looked up. */
  #noteQuestion(message: ConversationMessage & { readonly agent_instance_id: string }): void {
    const { agent_instance_id: id, question_status } = message;
    if (question_status === 'open' && !isOlder(message, this.#questions.get(id)))
      this.#questions.set(id, message);
    if (question_status !== 'open' && this.#questions.get(id)?.id === message.id) this.#questions.delete(id);
  }

  #line(id: string, text: string, at = new Date().toISOString()): string {
    return `${clockTime(at)} ${nameOf(this.#instances.get(id), id)} ${text}`;
  }
}

/** What a person can tell an instance by, and name it by in `reply`. */
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

const isOther = (before: AgentInstance | undefined, now: AgentInstance): boolean =>
  before?.status !== now.status || before.latest_message_at !== now.latest_message_at;

function urgencyOf({ status }: AgentInstance): number {
  const place = URGENCY.indexOf(status);
  return place === -1 ? URGENCY.length : place;
}

const spokeAt = ({ latest_message_at, started_at }: AgentInstance): number =>
  Date.parse(latest_message_at ?? started_at);
