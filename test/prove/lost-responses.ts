import { AgentWithoutKeys, type Received } from './lost-responses/agent-without-keys.ts';
import { type Proof, requireNone, scaled } from './proof.ts';
import { FaultInjector } from './support/fault-injection.ts';
import { RetryingClient } from './support/retrying-client.ts';
import { TestCluster } from './support/test-cluster.ts';

const AGENTS = 100;
const CALLS = 60;
const SERVER_KILLS = 40;

/**
 * Agents without idempotency keys lose responses, and repeat the call word for word. A person writes and
 * answers meanwhile, and servers are killed.
 */
export const lostResponses: Proof = {
  name: 'lost-responses',
  promise: 'An agent that loses responses and repeats its last call misses nothing, even without keys',

  async run(context) {
    const { random, progress } = context;
    await using cluster = await TestCluster.start();
    using client = new RetryingClient(cluster.ports);
    const [token, dashboardToken] = [
      await cluster.tokens.of('ada'),
      await cluster.tokens.of('ada', 'dashboard'),
    ];
    const agentCount = scaled(AGENTS, context, 4);
    const callCount = scaled(CALLS, context, 15);
    const kills = scaled(SERVER_KILLS, context, 1);
    const killRandom = random.fork('kills');
    const faults = new FaultInjector(
      agentCount * callCount,
      Array.from({ length: kills }, () => () => cluster.killServer(killRandom.below(2))),
      (done) => progress(`${done} of ${kills} kills`),
    );
    const agents = Array.from(
      { length: agentCount },
      (_, nth) =>
        new AgentWithoutKeys({
          random: random.fork(nth),
          ports: cluster.ports,
          token,
          dashboardToken,
          client,
          faults,
          callCount,
        }),
    );
    await Promise.all([faults.injectAll(), ...agents.map((agent) => agent.run())]);

    const findings = agents.flatMap(({ id, written, received, wrongAnswers }) => [
      ...wrongAnswers,
      ...findingsIn(id, written, received),
    ]);
    requireNone('messages lost, or handed over again without a mark', findings);
    const doubled = await cluster.query<{ content: string }>(
      `select content from messages where question_status is not null group by content having count(*) > 1`,
    );
    requireNone(
      'questions asked more than once',
      doubled.map(({ content }) => content),
    );
    cluster.requireNoFaults();
    return {
      agents: agentCount,
      calls: agentCount * callCount,
      'lost responses': agents.reduce((sum, agent) => sum + agent.lostResponses, 0),
      'messages of the person': agents.reduce((sum, { written }) => sum + written.length, 0),
      'handed over again, marked': agents.reduce(
        (sum, { received }) => sum + received.filter(({ redelivered }) => redelivered).length,
        0,
      ),
      'server kills': kills,
      'lost, unmarked, asked twice': '0',
    };
  },
};

/** Each message of the person must reach the agent, and a second time only in a marked response. */
function findingsIn(id: string, written: readonly string[], received: readonly Received[]): string[] {
  const seen = new Set<string>();
  const findings: string[] = [];
  for (const { texts, redelivered } of received) {
    const again = texts.filter((text) => seen.has(text));
    if (again.length > 0 && !redelivered)
      findings.push(`${id}: "${again}" came again without a mark; it received ${JSON.stringify(received)}`);
    for (const text of texts) seen.add(text);
  }
  const lost = written.filter((text) => !seen.has(text));
  return [...findings, ...lost.map((text) => `${id}: "${text}" never reached the agent`)];
}
