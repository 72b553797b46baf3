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
/** What stalled clients leave unread: the systems between take several megabytes before the server notices. */
const LOUD_MESSAGES = 1_500;
const LOUD_SIZE = 10_000;
const GROWTH_LIMIT_MIB = 50;
/** For everybody to have everything after the last word. */
const CATCH_UP_MS = 60_000;

interface Conversation {
  readonly user: number;
  readonly id: string;
  length: number;
}

/** Dashboards that are cut, stalled and restarted under see every message, in order and once. */
export const streams: Proof = {
  name: 'streams',
  promise: 'No event missed by a dashboard that reconnects, and slow ones cost no memory',

  async run(context) {
    const { random, progress } = context;
    await using cluster = await TestCluster.start();
    using agents = new RetryingClient(cluster.ports);
    const scene = await StreamLoad.open(cluster, agents, context);
    using _watching = { [Symbol.dispose]: () => scene.close() };
    const restarts = scaled(RESTARTS, context, 2);

    progress(`${scene.watchers.length} streams are open`);
    for (let done = 0; done < restarts; done += 1) {
      const writing = scene.write(MESSAGES_PER_RESTART, random.fork(`restart ${done}`));
      for (const watcher of scene.stallingWatchers) watcher.stall();
      await sleep(random.between(0, 200));
      await cluster.killServer(done);
      for (const watcher of scene.stallingWatchers) watcher.resume();
      await writing;
      if (done % 10 === 9) progress(`${done + 1} of ${restarts} restarts`);
    }
    await scene.allCaughtUp();

    // The same load first while nobody stalls: what a process grows by when it begins to work is not theirs.
    progress('the same messages, while all read them');
    await scene.write(scaled(LOUD_MESSAGES, context, 800), random.fork('warm-up'), 0, LOUD_SIZE);
    await scene.allCaughtUp();
    const pids = cluster.servers.map(({ pid }) => pid);
    const before = await Promise.all(pids.map(residentMiB));
    const closings = scene.closings();
    progress(`${scene.stallingWatchers.length} streams stall`);
    for (const watcher of scene.stallingWatchers) watcher.stall();
    let growth = 0;
    const measure = async () => {
      const now = await Promise.all(pids.map(residentMiB));
      for (const [nth, mib] of now.entries()) growth = Math.max(growth, mib - before[nth]!);
    };
    const measuring = setInterval(() => void measure(), 250);
    try {
      await scene.write(scaled(LOUD_MESSAGES, context, 800), random.fork('loud'), 0, LOUD_SIZE);
      for (const watcher of scene.stallingWatchers) watcher.resume();
      await scene.allCaughtUp();
    } finally {
      clearInterval(measuring);
    }
    await measure();
    const cut = scene.closings() - closings;
    // Streams of all instances; those of one are not sent as much.
    if (cut < scene.stallingWatchers.length / 2) {
      throw new BrokenPromise(`of ${scene.stallingWatchers.length} stalled streams, ${cut} were closed`);
    }
    // In small, what a young process grows by anyway is more than what a few streams may cost.
    if (context.scale === 1 && growth > GROWTH_LIMIT_MIB)
      throw new BrokenPromise(`memory has grown by ${Math.round(growth)} MiB`);
    requireNone(
      'messages missed or told twice',
      scene.watchers.flatMap(({ evidence }) => evidence),
    );
    cluster.requireNoFaults();
    return {
      streams: scene.watchers.length,
      stalled: scene.stallingWatchers.length,
      restarts,
      messages: scene.messages(),
      'streams closed and resumed': scene.closings(),
      'resyncs of streams of all instances': scene.watchers.reduce((sum, { resyncs }) => sum + resyncs, 0),
      'memory growth while some stall': `${growth.toFixed(1)} MiB`,
    };
  },
};

/** Agents that write, and the dashboards that watch them. */
class StreamLoad {
  readonly watchers: Watcher[] = [];
  /** Of the first user, whose agents are loud. */
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
    const random = context.random.fork('scene');
    const users = Array.from({ length: USERS }, (_, nth) => `user-${nth}`);
    const tokens = await Promise.all(users.map((user) => cluster.tokens.of(user)));
    const people = await Promise.all(users.map((user) => cluster.tokens.of(user, 'dashboard')));
    const conversations = users.flatMap((_, user) =>
      Array.from({ length: INSTANCES }, () => ({ user, id: random.uuid(), length: 0 })),
    );
    const scene = new StreamLoad(agents, tokens, conversations);
    for (const conversation of conversations) await scene.#say(conversation, 'first', random);
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
      const watcher = new Watcher(watched, scene.#sockets, random.fork(nth));
      for (const { id } of conversation === null ? own : [conversation]) watcher.known.set(id, 1);
      scene.watchers.push(watcher);
      if (nth < stalled) scene.stallingWatchers.push(watcher);
      await watcher.start();
    }
    return scene;
  }

  /** Lets agents write so many messages, several at once; those of one user, or of whichever. */
  async write(count: number, random: Random, user: number | null = null, size = 20): Promise<void> {
    const some = this.#conversations.filter((conversation) => user === null || conversation.user === user);
    const numbers = Array.from({ length: count }, (_, nth) => nth).values();
    const content = 'x'.repeat(size);
    const writeSome = async () => {
      for (const nth of numbers) await this.#say(random.oneOf(some), content, random.fork(nth));
    };
    await Promise.all(Array.from({ length: 4 }, writeSome));
  }

  /** @throws BrokenPromise when somebody lacks something for too long. */
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

  async #say(conversation: Conversation, content: string, random: Random): Promise<void> {
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
