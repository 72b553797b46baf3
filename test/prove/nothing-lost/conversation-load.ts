import { BrokenPromise } from '../proof.ts';
import type { FaultInjector } from '../support/fault-injection.ts';
import type { Random } from '../support/random.ts';
import type { Call, RetryingClient } from '../support/retrying-client.ts';
import type { Entry, EntryKind, HandedOver } from './history.ts';
import { type RecordedReply, recordReply } from './record.ts';

export interface ConversationOptions {
  readonly id: string;
  readonly token: string;
  readonly client: RetryingClient;
  readonly ports: readonly number[];
  readonly faults: FaultInjector;
  readonly random: Random;
  /** The number of messages to write. */
  readonly size: number;
  readonly history: Entry[];
}

/** The share of each kind among the messages; the rest are steps. */
const SHARE = { user: 0.45, echo: 0.05, question: 0.1 } as const;
const REQUEST_INPUT_CHANCE = 0.1;
/**
 * A heartbeat has no key, so a process decides it from its cached instance, which the other process may have
 * changed.
 */
const HEARTBEAT_CHANCE = 0.1;
/**
 * How often a client repeats an answered request, as if the answer had been lost. It must get the same
 * answer.
 */
const ASK_AGAIN_CHANCE = 0.03;

/**
 * The load on one instance: two clients of the user and two agents write, and two readers compete for the
 * queue. Agents and readers share the read cursor, like several processes of one agent.
 */
export class ConversationLoad {
  readonly #options: ConversationOptions;
  #cursor: string | null = null;
  #requests = 0;
  #writing = true;
  readonly #onCursor = new Set<() => void>();

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { random, size } = this.#options;
    await this.#write('step', random.fork('begin'));
    const kinds = random
      .shuffled(Array.from({ length: size - 2 }, (_, nth) => kindOf(nth / (size - 2))))
      .values();
    const writers = ['one', 'two', 'three', 'four'].map(async (name) => {
      const writerRandom = random.fork(name);
      for (const kind of kinds) await this.#write(kind, writerRandom);
    });
    const readers = ['first', 'second'].map((name) => this.#read(random.fork(name)));
    const written = Promise.all(writers).then(() => {
      this.#writing = false;
      this.#moveCursor(this.#cursor);
    });
    await Promise.all([written, ...readers]);
    // This step hands over the messages that are still queued.
    await this.#write('step', random.fork('end'));
  }

  async #write(kind: EntryKind, random: Random): Promise<void> {
    await this.#options.faults.beforeWork();
    const { id } = this.#options;
    const content = `${kind} ${this.#requests} of ${id}`;
    const byUser = kind === 'user' || kind === 'echo';
    const recorded = await this.#ask(kind, random, content, {
      path: byUser ? '/messages/user' : '/messages/agent',
      body: byUser
        ? { agent_instance_id: id, content, mark_as_read: kind === 'echo' }
        : {
            agent_instance_id: id,
            content,
            agent_type: 'prover',
            requires_user_input: kind === 'question',
          },
    });
    if (kind !== 'user') this.#moveCursor(recorded.messageId);
    if (random.chance(HEARTBEAT_CHANCE)) await this.#heartbeat(random);
    if (kind === 'step' && random.chance(REQUEST_INPUT_CHANCE)) {
      await this.#ask('request-input', random, null, {
        method: 'PATCH',
        path: `/messages/${recorded.messageId}/request-input`,
      });
    }
  }

  async #heartbeat(random: Random): Promise<void> {
    const { id, token, client } = this.#options;
    const path = `/agents/instances/${id}/heartbeat`;
    const { status, body } = await client.call({ method: 'POST', path, token, key: null }, random);
    if (status !== 200) throw new BrokenPromise(`a heartbeat was answered ${status}: ${body}`);
  }

  async #read(random: Random): Promise<void> {
    while (this.#writing) {
      const cursor = this.#cursor;
      const { stale } = await this.#ask('read', random, null, {
        path: '/messages/pending',
        body: {
          agent_instance_id: this.#options.id,
          last_read_message_id: cursor,
          wait: random.oneOf([0, 0.2, 1]),
        },
      });
      // A stale reader has to wait until a writer or another reader moves the cursor.
      if (stale && this.#writing && this.#cursor === cursor) await this.#cursorMoves();
    }
  }

  /** Repeats the request until it is answered, and adds the answer to the history. */
  async #ask(
    kind: EntryKind,
    random: Random,
    content: string | null,
    request: Pick<Call, 'path'> & Partial<Call>,
  ): Promise<RecordedReply> {
    const { id, token, client, ports, history } = this.#options;
    this.#requests += 1;
    const key = `${this.#requests} of ${id}`;
    const call: Call = { method: 'POST', token, key, ...request };
    const sentAt = performance.now();
    const reply = await client.call(call, random);
    const recorded = recordReply(history, reply, {
      instance: id,
      kind,
      key,
      sentAt,
      answeredAt: performance.now(),
      content,
    });
    this.#moveCursor(lastOf(recorded.handedOver) ?? this.#cursor);
    if (random.chance(ASK_AGAIN_CHANCE)) {
      const again = await client.call(call, random.fork(ports.length));
      if (again.body !== reply.body) recorded.failForOtherBody(again.body);
    }
    return recorded;
  }

  #moveCursor(messageId: string | null): void {
    this.#cursor = messageId;
    const all = [...this.#onCursor];
    this.#onCursor.clear();
    for (const tell of all) tell();
  }

  #cursorMoves(): Promise<void> {
    return new Promise((resolve) => this.#onCursor.add(resolve));
  }
}

const lastOf = (messages: readonly HandedOver[]): string | null => messages.at(-1)?.id ?? null;

function kindOf(part: number): EntryKind {
  if (part < SHARE.user) return 'user';
  if (part < SHARE.user + SHARE.echo) return 'echo';
  return part < SHARE.user + SHARE.echo + SHARE.question ? 'question' : 'step';
}
