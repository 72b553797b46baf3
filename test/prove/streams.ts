import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMiB } from '../../bench/servers/server-process.ts';
import { BrokenPromise, type Proof, type ProofContext, requireNone, scaled } from './proof.ts';
import { Watcher } from './streams/watcher.ts';
import type { Random } from './support/random.ts';
import { RetryingClient } from './support/retrying-client.ts';
import { TestCluster } from './support/test-cluster.ts';

const STREAMS = 1_000;
const RESTARTS = 50;
const STALLED_PART = 0.1;
const USERS = 10;
const INSTANCES = 4;
const MESSAGES_PER_RESTART = 20;
/**
 * How much stalled clients leave unread. It is so much because the operating system buffers several megabytes
 * before the server notices.
 */
const LOUD_MESSAGES = 1_500;
const LOUD_SIZE = 10_000;
const GROWTH_LIMIT_MIB = 50;
/** How long the dashboards may take to receive the last message. */
const CATCH_UP_MS = 60_000;

interface Conversation {
  readonly user: number;
  readonly id: string;
  length: number;
}

/**
 * Cuts and stalls the streams of dashboards and restarts the servers. Every dashboard must see every message
 * once and in order.
 */
export const streams: Proof = {
  name: 'streams',
  promise: 'No event missed by a dashboard that reconnects, and slow ones cost no memory',

  async run(context) {
    const { random, progress } = context;
    await using cluster = await TestCluster.start();
    using agents = new RetryingClient(cluster.ports);
    const load = await StreamLoad.open(cluster, agents, context);
    using _watching = { [Symbol.dispose]: () => load.close() };
    const restarts = scaled(RESTARTS, context, 2);

    progress(`${load.watchers.length} streams are open`);
    for (let done = 0; done < restarts; done += 1) {
      const writing = load.write(MESSAGES_PER_RESTART, random.fork(`restart ${done}`));
      for (const watcher of load.stallingWatchers) watcher.stall();
      await sleep(random.between(0, 200));
      await cluster.killServer(done);
      for (const watcher of load.stallingWatchers) watcher.resume();
      await writing;
      if (done % 10 === 9) progress(`${done + 1} of ${restarts} restarts`);
    }
    await load.allCaughtUp();

    // Sends the same load once before, while all streams are read. A process that starts to work needs more
    // memory, which must not count.
    progress('the same messages, while all read them');
    await load.write(scaled(LOUD_MESSAGES, context, 800), random.fork('warm-up'), 0, LOUD_SIZE);
    await load.allCaughtUp();
    const pids = cluster.servers.map(({ pid }) => pid);
    const before = await Promise.all(pids.map(residentMiB));
    const closings = load.closings();
    progress(`${load.stallingWatchers.length} streams stall`);
    for (const watcher of load.stallingWatchers) watcher.stall();
    let growth = 0;
    const measure = async () => {
      const now = await Promise.all(pids.map(residentMiB));
      for (const [nth, mib] of now.entries()) growth = Math.max(growth, mib - before[nth]!);
    };
    const measuring = setInterval(() => void measure(), 250);
    try {
      await load.write(scaled(LOUD_MESSAGES, context, 800), random.fork('loud'), 0, LOUD_SIZE);
      for (const watcher of load.stallingWatchers) watcher.resume();
      await load.allCaughtUp();
    } finally {
      clearInterval(measuring);
    }
    await measure();
    const cut = load.closings() - closings;
    // Only streams of all instances: a stream of one instance receives less.
    if (cut < load.stallingWatchers.length / 2) {
      throw new BrokenPromise(`only ${cut} of ${load.stallingWatchers.length} stalled streams were closed`);
    }
    // At a small scale, a new process grows by more than a few streams may cost.
    if (context.scale === 1 && growth > GROWTH_LIMIT_MIB)
      throw new BrokenPromise(`the memory has grown by ${Math.round(growth)} MiB`);
    requireNone(
      'messages missed or sent twice',
      load.watchers.flatMap(({ evidence }) => evidence),
    );
    cluster.requireNoFaults();
    return {
      streams: load.watchers.length,
      stalled: load.stallingWatchers.length,
      restarts,
      messages: load.messages(),
      'streams closed and resumed': load.closings(),
      'resyncs of streams of all instances': load.watchers.reduce((sum, { resyncs }) => sum + resyncs, 0),
      'memory growth while some stall': `${growth.toFixed(1)} MiB`,
    };
  },
};

/** Agents that write, and the dashboards that watch them. */
class StreamLoad {
  readonly watchers: Watcher[] = [];
  /** The watchers of the first user, whose agents write the large messages. */
  readonly stallingWatchers: Watcher[] = [];
  readonly #agents: RetryingClient;
  readonly #tokens: readonly string[];
  readonly #conversations: readonly Conversation[];
  readonly #sockets = new Agent({ maxSockets: Number.POSITIVE_INFINITY });

  private constructor(
    agents: RetryingClient,
    tokens: readonly string[],
    conversations: readonly Conversation[],
  ) {
    this.#agents = agents;
    this.#tokens = tokens;
    this.#conversations = conversations;
  }

  static async open(
    cluster: TestCluster,
    agents: RetryingClient,
    context: ProofContext,
  ): Promise<StreamLoad> {
    const random = context.random.fork('load');
    const users = Array.from({ length: USERS }, (_, nth) => `user-${nth}`);
    const tokens = await Promise.all(users.map((user) => cluster.tokens.of(user)));
    const people = await Promise.all(users.map((user) => cluster.tokens.of(user, 'dashboard')));
    const conversations = users.flatMap((_, user) =>
      Array.from({ length: INSTANCES }, () => ({ user, id: random.uuid(), length: 0 })),
    );
    const load = new StreamLoad(agents, tokens, conversations);
    for (const conversation of conversations) await load.#sendMessage(conversation, 'first', random);
    const count = scaled(STREAMS, context, 40);
    const stalled = Math.ceil(count * STALLED_PART);
    for (let nth = 0; nth < count; nth += 1) {
      const user = nth < stalled ? 0 : 1 + (nth % (USERS - 1));
      const own = conversations.filter((conversation) => conversation.user === user);
      const conversation = nth % 2 === 0 ? null : random.oneOf(own);
      const watched = {
        port: cluster.ports[random.below(cluster.ports.length)]!,
        token: people[user]!,
        instance: conversation?.id ?? null,
      };
      const watcher = new Watcher(watched, load.#sockets, random.fork(nth));
      for (const { id } of conversation === null ? own : [conversation]) watcher.known.set(id, 1);
      load.watchers.push(watcher);
      if (nth < stalled) load.stallingWatchers.push(watcher);
      await watcher.start();
    }
    return load;
  }

  /** Lets four agents at once write messages, in conversations of one user or of all users. */
  async write(count: number, random: Random, user: number | null = null, size = 20): Promise<void> {
    const some = this.#conversations.filter((conversation) => user === null || conversation.user === user);
    const numbers = Array.from({ length: count }, (_, nth) => nth).values();
    const content = 'x'.repeat(size);
    const writeSome = async () => {
      for (const nth of numbers) await this.#sendMessage(random.oneOf(some), content, random.fork(nth));
    };
    await Promise.all(Array.from({ length: 4 }, writeSome));
  }

  /** @throws BrokenPromise if a watcher still lacks messages after 60 s. */
  async allCaughtUp(): Promise<void> {
    for (const since = Date.now(); ; await sleep(50)) {
      const lacking = this.watchers.flatMap(({ known, watched }) =>
        this.#conversations
          .filter(({ id, length }) => known.has(id) && known.get(id) !== length)
          .map(({ id, length }) => `${watched.instance ?? 'all'}: ${known.get(id)} of ${length} in ${id}`),
      );
      if (lacking.length === 0) return;
      if (Date.now() - since > CATCH_UP_MS) requireNone('streams that lack messages', lacking);
    }
  }

  closings(): number {
    return this.watchers.reduce((sum, { closings }) => sum + closings, 0);
  }

  messages(): number {
    return this.#conversations.reduce((sum, { length }) => sum + length, 0);
  }

  close(): void {
    for (const watcher of this.watchers) watcher.close();
    this.#sockets.destroy();
  }

  async #sendMessage(conversation: Conversation, content: string, random: Random): Promise<void> {
    const { id, user } = conversation;
    const { status, body } = await this.#agents.call(
      {
        method: 'POST',
        path: '/messages/agent',
        token: this.#tokens[user]!,
        key: random.uuid(),
        body: { agent_instance_id: id, agent_type: 'prover', content },
      },
      random,
    );
    if (status !== 200) throw new BrokenPromise(`a step was refused with ${status}: ${body}`);
    conversation.length += 1;
  }
}
