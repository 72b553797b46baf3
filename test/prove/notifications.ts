import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNtfyServer } from '../support/notify/ntfy-server.ts';
import { startWebhookReceiver } from '../support/notify/webhook-receiver.ts';
import { Arrivals } from './notifications/arrivals.ts';
import { AskedQuestion, PLACES, PLANS } from './notifications/asked-question.ts';
import {
  findingsIn,
  type QuestionRecord,
  type Reason,
  repetitionsOf,
  unknownDeliveries,
} from './notifications/check-deliveries.ts';
import { type NotifiedUser, notifiedUser } from './notifications/notified-user.ts';
import { readNtfyMessage, readWebhookEvent } from './notifications/read-message.ts';
import { readNotifications } from './notifications/read-notifications.ts';
import { UnreliableService } from './notifications/unreliable-service.ts';
import { BrokenPromise, type Proof, requireNone, scaled } from './proof.ts';
import { type Fault, FaultInjector } from './support/fault-injection.ts';
import { forEachConcurrently } from './support/for-each-concurrently.ts';
import type { Random } from './support/random.ts';
import { RetryingClient } from './support/retrying-client.ts';
import { TestCluster } from './support/test-cluster.ts';

const QUESTIONS = 1_000;
const QUESTIONS_PER_INSTANCE = 4;
const USERS = 5;
const AT_ONCE = 20;
/** None at a hundredth of the size: what a killed process has left is taken up after a minute. */
const SERVER_KILLS = 40;
/** Every so many kills, both servers are killed at once. */
const KILLS_PER_KILL_OF_BOTH = 8;
/** How long everything may take after the last kill: a minute until it is taken up, and some attempts. */
const MAX_SETTLE_MS = 240_000;
const POLL_MS = 250;
/** How long after the end of its question a delivery may arrive that had begun before. */
const MAX_IN_FLIGHT_MS = 5_000;
/** Smaller runs are made beside other tests, which keep the machine busy. */
const MIN_SCALE_FOR_TIMES = 0.05;
const MAX_IN_FLIGHT_BESIDE_TESTS_MS = 30_000;
/** What may arrive twice because a process was killed, as a part of all deliveries. */
const MAX_REPEATED = 0.01;

/** Questions reach two unreliable receivers, and are answered, while servers are killed. */
export const notifications: Proof = {
  name: 'notifications',
  promise: 'Each question reaches each destination, and is taken back when it is over, whatever is killed',

  async run(context) {
    const { random, progress } = context;
    const [questionCount, killCount] = [scaled(QUESTIONS, context, 30), scaled(SERVER_KILLS, context, 0)];
    const ntfyToken = 'tk_of_the_proof';
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const arrivals = new Arrivals();
    await using ntfyServer = await startNtfyServer('works', { token: ntfyToken });
    await using webhookReceiver = await startWebhookReceiver('works', secret);
    await using ntfy = await UnreliableService.start({
      ...{ channel: 'ntfy', target: ntfyServer.url, readMessage: readNtfyMessage, arrivals },
      random: random.fork('ntfy'),
    });
    await using webhook = await UnreliableService.start({
      ...{ channel: 'webhook', target: webhookReceiver.url, readMessage: readWebhookEvent, arrivals },
      random: random.fork('webhook'),
    });
    await using cluster = await TestCluster.start([], {
      ALLOW_PRIVATE_NOTIFICATION_TARGETS: 'true',
      NOTIFICATION_KEY: randomBytes(32).toString('base64url'),
    });
    using client = new RetryingClient(cluster.ports);
    const users = await Promise.all(
      Array.from({ length: USERS }, (_, nth) => {
        const settings = {
          ntfy: { url: `${ntfy.url}/topic-${nth}`, token: ntfyToken },
          webhook: { url: `${webhook.url}/user-${nth}`, secret },
        };
        return notifiedUser(cluster, client, `user ${nth}`, settings, random.fork(`user ${nth}`));
      }),
    );
    const questions = Array.from({ length: questionCount }, (_, nth) => {
      const own = random.fork(nth);
      const instanceNumber = Math.floor(nth / QUESTIONS_PER_INSTANCE);
      return new AskedQuestion({
        ...{ text: `question ${nth}?`, client, ports: cluster.ports, arrivals, random: own },
        ...{ plan: PLANS[nth % PLANS.length]!, place: own.oneOf(PLACES) },
        user: users[instanceNumber % USERS]!,
        instance: random.fork(`instance ${instanceNumber}`).uuid(),
      });
    });

    const kills: number[] = [];
    const faults = new FaultInjector(
      questionCount,
      killsOf(cluster, kills, killCount, random.fork('kills')),
      (done) => progress(`${done} of ${killCount} kills, ${arrivals.all.length} arrivals`),
    );
    const answers: Promise<void>[] = [];
    await Promise.all([
      faults.injectAll(),
      forEachConcurrently(questions, AT_ONCE, async (question) => {
        await faults.beforeWork();
        await question.ask();
        const answered = question.answer();
        // It is awaited below.
        answered.catch(() => {});
        answers.push(answered);
      }),
    ]);
    progress('all are asked');
    const settleUntil = Date.now() + MAX_SETTLE_MS;
    await within(settleUntil, Promise.all(answers), () =>
      questions
        .filter(({ options, tapStatus }) => options.plan === 'after delivery' && tapStatus === null)
        .map(({ id }) => JSON.stringify(arrivals.all.filter((arrival) => arrival.id === id))),
    );
    progress('all are answered');
    await untilNothingIsDue(cluster, settleUntil);

    const disturbances = {
      kills,
      maxInFlightMs: context.scale < MIN_SCALE_FOR_TIMES ? MAX_IN_FLIGHT_BESIDE_TESTS_MS : MAX_IN_FLIGHT_MS,
    };
    const records = await recordsOf(questions, users, cluster, arrivals);
    requireNone('refused by the receivers', [...ntfy.refusals, ...webhook.refusals]);
    requireNone(
      'deliveries that are wrong',
      records.flatMap((record) => findingsIn(record, disturbances)),
    );
    cluster.requireNoFaults();
    const reasons = repetitionReasons(records, kills);
    const deliveries = records.flatMap(({ notification }) => notification?.deliveries ?? []);
    const afterKill = reasons.get('killed') ?? 0;
    if (afterKill > deliveries.length * MAX_REPEATED)
      throw new BrokenPromise(`${afterKill} of ${deliveries.length} deliveries arrived twice after a kill`);
    const statuses = Map.groupBy(deliveries, ({ status }) => status);
    const faultCounts = [ntfy, webhook].flatMap((service) => [...service.faults.values()]);
    return {
      questions: questionCount,
      deliveries: deliveries.length,
      ...Object.fromEntries([...statuses].map(([status, some]) => [status, some.length])),
      'server kills': kills.length,
      'requests that failed': faultCounts.reduce((sum, count) => sum + count, 0),
      'twice after a kill': afterKill,
      'twice after the receiver accepted and hung up': reasons.get('unanswered') ?? 0,
      'arrived unknown to the server before an answer': records.reduce(
        (sum, record) => sum + unknownDeliveries(record),
        0,
      ),
      'lost, late, or not taken back': 0,
    };
  },
};

function killsOf(cluster: TestCluster, kills: number[], count: number, random: Random): Fault[] {
  const kill = async (nth: number) => {
    kills.push(Date.now());
    await cluster.killServer(nth);
  };
  return Array.from(
    { length: count },
    (_, nth): Fault =>
      async () => {
        if (nth % KILLS_PER_KILL_OF_BOTH < KILLS_PER_KILL_OF_BOTH - 1)
          await kill(random.below(cluster.servers.length));
        else await Promise.all(cluster.servers.map((_, server) => kill(server)));
      },
  );
}

/** @throws BrokenPromise with what is missing if it takes longer. */
async function within<Result>(
  deadline: number,
  work: Promise<Result>,
  missing: () => readonly string[],
): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new BrokenPromise('it takes too long', missing())),
    Math.max(0, deadline - Date.now()),
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws BrokenPromise if something is still to be done in the end. */
async function untilNothingIsDue(cluster: TestCluster, deadline: number): Promise<void> {
  for (;;) {
    const due = await cluster.query<{ id: string; deliveries: object }>(
      'select id, deliveries from notifications where next_at is not null',
    );
    if (due.length === 0) return;
    if (Date.now() > deadline)
      requireNone(
        'notifications that are still queued',
        due.map((each) => JSON.stringify(each)),
      );
    await sleep(POLL_MS);
  }
}

async function recordsOf(
  questions: readonly AskedQuestion[],
  users: readonly NotifiedUser[],
  { ports }: TestCluster,
  { all }: Arrivals,
): Promise<readonly QuestionRecord[]> {
  const seen = (await Promise.all(users.map((user) => readNotifications(user, ports[0]!)))).flat();
  const byId = new Map(seen.map((notification) => [notification.id, notification]));
  const arrivals = Map.groupBy(all, ({ id }) => id);
  const asked = new Set(questions.map(({ id }) => id));
  const strange = [...new Set([...arrivals.keys(), ...byId.keys()])].filter((id) => !asked.has(id));
  requireNone('notifications of no question', strange);
  if (seen.length !== byId.size) throw new BrokenPromise('a notification is listed twice');
  return questions.map(({ id, tapStatus, options: { plan, place } }) => ({
    ...{ id, plan, place, tapStatus },
    notification: byId.get(id),
    arrivals: arrivals.get(id) ?? [],
  }));
}

/** Counts the questions and recalls that arrived more than once, by the reason. */
function repetitionReasons(
  records: readonly QuestionRecord[],
  kills: readonly number[],
): ReadonlyMap<Reason, number> {
  const reasons = records.flatMap(({ arrivals }) =>
    [...Map.groupBy(arrivals, ({ channel, work }) => `${channel} ${work}`).values()].flatMap((some) =>
      repetitionsOf(some, { kills }),
    ),
  );
  const known = reasons.filter((reason) => reason !== null);
  return new Map([...Map.groupBy(known, (reason) => reason)].map(([reason, some]) => [reason, some.length]));
}
