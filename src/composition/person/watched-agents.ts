import type { AgentInstance, LiveEvent } from '../../adapters/client/client.ts';
import { plainLine } from './plain-text.ts';

const URGENCY: readonly string[] = ['AWAITING_INPUT', 'ACTIVE', 'STALE'];
const TIMELINE = 200;

/** What a person sees of their agents, kept up to date by events. */
export class WatchedAgents {
  readonly #instances = new Map<string, AgentInstance>();
  /** One line for each thing that happened, the newest last. */
  readonly timeline: string[] = [];

  /** Whoever waits for the person comes first, the longest waiting before others; then the latest to speak. */
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
    for (const instance of instances) this.#instances.set(instance.id, instance);
    return this.list.filter((instance) => isOther(before.get(instance.id), instance));
  }

  /** @returns the line for the timeline; null where nothing is worth one. */
  take(event: LiveEvent): string | null {
    const line = this.#take(event);
    if (line !== null) this.timeline.push(line);
    if (this.timeline.length > TIMELINE) this.timeline.shift();
    return line;
  }

  #take({ type, data }: LiveEvent): string | null {
    if (type === 'status_update') {
      const instance = data;
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
    return this.#line(id, `${requires_user_input ? '?' : '·'} ${plainLine(content)}`, created_at);
  }

  #line(id: string, text: string, at = new Date().toISOString()): string {
    return `${clockTime(at)} ${nameOf(this.#instances.get(id), id)} ${text}`;
  }
}

/** What a person can tell an instance by, and name it by in `reply`. */
export const nameOf = (instance: AgentInstance | undefined, id: string): string =>
  `${id.slice(0, 13)} ${plainLine(instance?.name ?? instance?.agent_type_name ?? '')}`.trimEnd();

export const clockTime = (iso: string): string => {
  const time = new Date(iso);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
};

const isOther = (before: AgentInstance | undefined, now: AgentInstance): boolean =>
  before?.status !== now.status || before.latest_message_at !== now.latest_message_at;

function urgencyOf({ status }: AgentInstance): number {
  const place = URGENCY.indexOf(status);
  return place === -1 ? URGENCY.length : place;
}

const spokeAt = ({ latest_message_at, started_at }: AgentInstance): number =>
  Date.parse(latest_message_at ?? started_at);
