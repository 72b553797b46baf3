import {
  countEffects,
  type KeyedRequest,
  keyedRequest,
  prepareInstances,
} from './exactly-once/keyed-request.ts';
import { BrokenPromise, type Proof, type ProofContext, requireNone, scaled } from './proof.ts';
import { FaultInjector } from './support/fault-injection.ts';
import { forEachConcurrently } from './support/for-each-concurrently.ts';
import { type Reply, RetryingClient } from './support/retrying-client.ts';
import { TestCluster } from './support/test-cluster.ts';

const KEYS = 2_000;
const DUPLICATES = 20;
const KEYS_AT_ONCE = 20;
const KILLS = 40;
const ALTERED = 200;
const OTHER_TENANTS = 200;
const CONTESTED = 100;

/**
 * Sends each request many times at once, to two processes that are being killed, and counts its effects in
 * the database.
 */
export const exactlyOnce: Proof = {
  name: 'exactly-once',
  promise: 'An Idempotency-Key has its effect exactly once, and one answer, however often it is sent',

  async run(context) {
    const { random, progress } = context;
    await using cluster = await TestCluster.start();
    using client = new RetryingClient(cluster.ports);
    const [token, otherToken] = [await cluster.tokens.of('ada'), await cluster.tokens.of('bob')];
    const requests = Array.from({ length: scaled(KEYS, context, 20) }, (_, nth) =>
      keyedRequest(`key ${nth}`, random.fork(nth)),
    );
    await prepareInstances(requests, { client, tokens: [token, otherToken], random: random.fork('prepare') });

    const kills = scaled(KILLS, context, 2);
    const killRandom = random.fork('kills');
    const faults = new FaultInjector(
      requests.length,
      Array.from({ length: kills }, () => () => cluster.killServer(killRandom.below(2))),
      (done) => progress(`${done} of ${kills} kills`),
    );
    const first = new Map<KeyedRequest, Reply>();
    const differing: string[] = [];
    const once = async (wanted: KeyedRequest) => {
      await faults.beforeWork();
      const answers = await sendOften(client, wanted, token, context);
      first.set(wanted, answers[0]!);
      differing.push(...differences(wanted, answers));
      if (first.size % 100 === 0) progress(`${first.size} of ${requests.length} keys`);
    };
    await Promise.all([faults.injectAll(), forEachConcurrently(requests, KEYS_AT_ONCE, once)]);
    requireNone('answers that differ under one key', differing);

    progress('the same keys with other bodies, and of another tenant');
    const altered = random
      .fork('altered')
      .shuffled(requests)
      .slice(0, scaled(ALTERED, context, 10));
    await forEachConcurrently(altered, KEYS_AT_ONCE, (wanted) =>
      requireRefused(client, wanted, token, context),
    );
    const foreign = random
      .fork('foreign')
      .shuffled(requests)
      .slice(0, scaled(OTHER_TENANTS, context, 10));
    await forEachConcurrently(foreign, KEYS_AT_ONCE, async (wanted) => {
      const [answer] = await sendOften(client, wanted, otherToken, context);
      if (answer!.body === first.get(wanted)!.body) {
        throw new BrokenPromise(`${wanted.key} of another tenant got this tenant's answer: ${answer!.body}`);
      }
    });

    const contested = Array.from({ length: scaled(CONTESTED, context, 10) }, (_, nth) =>
      keyedRequest(`contested ${nth}`, random.fork(`contested ${nth}`), 'step'),
    );
    await forEachConcurrently(contested, KEYS_AT_ONCE, (wanted) =>
      requireOneWinner(client, wanted, token, context),
    );

    await requireOneEffectEach(cluster, 'ada', requests);
    await requireOneEffectEach(cluster, 'bob', foreign);
    const rivals = (key: string) => [key, rivalText(key)];
    await requireOneEffectEach(cluster, 'ada', contested, rivals);
    cluster.requireNoFaults();
    return {
      keys: requests.length,
      requests: requests.length * DUPLICATES,
      'server kills': kills,
      'refused with another body': altered.length,
      'of another tenant': foreign.length,
      'contested by two bodies': contested.length,
      repeated: [...client.repeats].map(([reason, times]) => `${times} × ${reason}`).join(', '),
    };
  },
};

async function sendOften(
  client: RetryingClient,
  wanted: KeyedRequest,
  token: string,
  { random }: ProofContext,
): Promise<Reply[]> {
  const { method, path, body, key } = wanted;
  const requestRandom = random.fork(key);
  return Promise.all(
    Array.from({ length: DUPLICATES }, (_, nth) =>
      client.call({ method, path, body, key, token }, requestRandom.fork(nth)),
    ),
  );
}

function differences({ key, kind }: KeyedRequest, answers: readonly Reply[]): string[] {
  const [first] = answers;
  if (first!.status >= 300) return [`${key}: answered ${first!.status}: ${first!.body}`];
  if (kind === 'read' && !handsOver(first!, key)) return [`${key}: nothing handed over: ${first!.body}`];
  return answers
    .filter(({ status, body }) => status !== first!.status || body !== first!.body)
    .map(({ status, body }) => `${key}: ${first!.status} ${first!.body}, but also ${status} ${body}`);
}

function handsOver({ body }: Reply, text: string): boolean {
  const { messages } = JSON.parse(body) as { messages: { content: string }[] };
  return messages.length === 1 && messages[0]!.content === text;
}

async function requireRefused(
  client: RetryingClient,
  { method, path, body, key, alter }: KeyedRequest,
  token: string,
  { random }: ProofContext,
): Promise<void> {
  const altered = { method, path, body, key, token, ...alter(random.fork(`alter ${key}`)) };
  const answer = await client.call(altered, random.fork(`refuse ${key}`));
  if (answer.status !== 422 || JSON.parse(answer.body).code !== 'idempotency_key_reused') {
    throw new BrokenPromise(`${key} with ${JSON.stringify(altered)} was answered`, [JSON.stringify(answer)]);
  }
}

/**
 * Sends two different bodies under one key, ten times each: one body must be accepted, and the other one
 * refused.
 */
async function requireOneWinner(
  client: RetryingClient,
  { method, path, body, key }: KeyedRequest,
  token: string,
  { random }: ProofContext,
): Promise<void> {
  const requestRandom = random.fork(`race ${key}`);
  const rival = { ...body, content: rivalText(key), agent_instance_id: requestRandom.uuid() };
  const answers = await Promise.all(
    Array.from({ length: DUPLICATES }, async (_, nth) => ({
      sent: nth % 2,
      ...(await client.call(
        { method, path, key, token, body: nth % 2 === 0 ? body : rival },
        requestRandom.fork(nth),
      )),
    })),
  );
  const done = answers.filter(({ status }) => status === 200);
  const bodies = new Set(done.map(({ body: text }) => text));
  const winners = new Set(done.map(({ sent }) => sent));
  const refused = answers.filter(({ status, body: text }) => status === 422 && text.includes('_key_reused'));
  if (bodies.size !== 1 || winners.size !== 1 || refused.length !== DUPLICATES - done.length) {
    throw new BrokenPromise(
      `${key} has no single winner`,
      answers.map((it) => JSON.stringify(it)),
    );
  }
}

const rivalText = (key: string) => `${key} of its rival`;

async function requireOneEffectEach(
  cluster: TestCluster,
  userId: string,
  requests: readonly KeyedRequest[],
  textsOf: (key: string) => readonly string[] = (key) => [key],
): Promise<void> {
  const effects = await countEffects(cluster, userId);
  const wrong = requests
    .map(({ key }) => ({
      key,
      times: textsOf(key).reduce((sum, text) => sum + (effects.get(text) ?? 0), 0),
    }))
    .filter(({ times }) => times !== 1)
    .map(({ key, times }) => `${key} of ${userId}: ${times} effects`);
  requireNone('keys without exactly one effect', wrong);
}
