import { AskedQuestion, type Tenant } from './deadlines/asked-question.ts';
import { findingsIn, lateness, MAX_LATE_MS } from './deadlines/check-endings.ts';
import { planQuestion } from './deadlines/plan.ts';
import { readQuestions } from './deadlines/read-questions.ts';
import { Uptime } from './deadlines/uptime.ts';
import { BrokenPromise, type Proof, requireNone, scaled } from './proof.ts';
import { type Fault, FaultInjector } from './support/fault-injection.ts';
import { forEachConcurrently } from './support/for-each-concurrently.ts';
import type { Random } from './support/random.ts';
import { RetryingClient } from './support/retrying-client.ts';
import { TestCluster } from './support/test-cluster.ts';

const QUESTIONS = 1_000;
/** Smaller runs are made beside other tests, which keep the machine busy: then no exact time is demanded. */
const MIN_SCALE_FOR_TIMES = 0.05;
const MAX_LATE_BESIDE_TESTS_MS = 60_000;
const QUESTIONS_PER_INSTANCE = 4;
/** How many questions are open at once. */
const AT_ONCE = 50;
const MAX_SECONDS = 20;
/** At a smaller size, so that the proof takes well under a minute. */
const MAX_SECONDS_OF_PART = 8;
const SERVER_KILLS = 40;
/** Every so many kills, both servers are killed at once. */
const KILLS_PER_KILL_OF_BOTH = 8;
/** The job that ends questions looks for those of all users. */
const TENANTS = 3;

/** Questions end by themselves while people answer and postpone, agents withdraw, and servers are killed. */
export const deadlines: Proof = {
  name: 'deadlines',
  promise: 'A question with a deadline ends exactly once, in time, and for all alike, whatever is killed',

  async run(context) {
    const { random, progress } = context;
    await using cluster = await TestCluster.start();
    using client = new RetryingClient(cluster.ports);
    const questionCount = scaled(QUESTIONS, context, AT_ONCE);
    const kills = scaled(SERVER_KILLS, context, 2);
    const maxSeconds = context.scale >= 0.2 ? MAX_SECONDS : MAX_SECONDS_OF_PART;
    const tenants = await Promise.all(
      Array.from({ length: TENANTS }, async (_, nth): Promise<Tenant> => {
        const [token, dashboardToken] = [
          cluster.tokens.of(`tenant ${nth}`),
          cluster.tokens.of(`tenant ${nth}`, 'dashboard'),
        ];
        return { token: await token, dashboardToken: await dashboardToken };
      }),
    );
    const instances = Array.from({ length: Math.ceil(questionCount / QUESTIONS_PER_INSTANCE) }, (_, nth) => ({
      instance: random.fork(`instance ${nth}`).uuid(),
      tenant: tenants[nth % TENANTS]!,
    }));
    const questions = Array.from({ length: questionCount }, (_, nth) => {
      const own = random.fork(nth);
      const plan = planQuestion(`question ${nth}?`, maxSeconds, nth, own);
      const { ports } = cluster;
      return new AskedQuestion({ plan, client, ports, random: own, ...instances[nth % instances.length]! });
    });

    const uptime = new Uptime(cluster.servers.length, Date.now());
    const faults = new FaultInjector(
      questionCount,
      killsOf(cluster, uptime, kills, random.fork('kills')),
      (done) => progress(`${done} of ${kills} kills`),
    );
    await Promise.all([
      faults.injectAll(),
      forEachConcurrently(questions, AT_ONCE, async (question) => {
        await faults.beforeWork();
        await question.run();
      }),
    ]);

    const maxLateMs = context.scale < MIN_SCALE_FOR_TIMES ? MAX_LATE_BESIDE_TESTS_MS : MAX_LATE_MS;
    const stored = await readQuestions(cluster);
    requireNone(
      'questions that did not end exactly once and in time',
      questions.flatMap((question) => findingsIn(question, stored.get(question.id), uptime, maxLateMs)),
    );
    if (stored.size !== questionCount) throw new BrokenPromise(`${stored.size} questions are stored`);
    requireNone('agents that were told something twice', await toldTwice(instances, client, random));
    cluster.requireNoFaults();
    const late = questions.map((question) => lateness(question, stored.get(question.id)!, uptime));
    const statuses = Map.groupBy(stored.values(), ({ status }) => status);
    return {
      questions: questionCount,
      ...Object.fromEntries([...statuses].map(([status, ended]) => [status, ended.length])),
      'server kills': kills,
      'came too late': questions
        .flatMap(({ deedReplies }) => deedReplies)
        .filter(({ status }) => status === 409).length,
      'latest ending, s': seconds(Math.max(...late.map(({ inAllMs }) => inAllMs))),
      'latest while a process was up, s': seconds(Math.max(...late.map(({ upMs }) => upMs))),
      'ended twice, early, or late while a process was up': '0',
    };
  },
};

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);

function killsOf({ servers }: TestCluster, uptime: Uptime, count: number, random: Random): Fault[] {
  const kill = async (nth: number) => {
    uptime.change(nth, Date.now());
    await servers[nth]!.kill();
    await servers[nth]!.start();
    uptime.change(nth, Date.now());
  };
  return Array.from(
    { length: count },
    (_, nth): Fault =>
      async () => {
        if (nth % KILLS_PER_KILL_OF_BOTH < KILLS_PER_KILL_OF_BOTH - 1)
          await kill(random.below(servers.length));
        else await Promise.all(servers.map((_, server) => kill(server)));
      },
  );
}

/** Each agent was told all endings by its waits, so its next step must tell none. */
async function toldTwice(
  instances: readonly { readonly instance: string; readonly tenant: Tenant }[],
  client: RetryingClient,
  random: Random,
): Promise<string[]> {
  const told: string[] = [];
  await forEachConcurrently(instances, 20, async ({ instance, tenant }) => {
    const body = { agent_instance_id: instance, content: 'the end' };
    const call = {
      method: 'POST',
      path: '/messages/agent',
      token: tenant.token,
      key: instance,
      body,
    } as const;
    const reply = await client.call(call, random.fork(instance));
    const { outcomes, queued_user_messages } = JSON.parse(reply.body) as {
      [field: string]: readonly object[];
    };
    if (outcomes?.length !== 0 || queued_user_messages?.length !== 0) told.push(reply.body);
  });
  return told;
}
