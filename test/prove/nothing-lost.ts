import { checkHistory } from './nothing-lost/check-history.ts';
import { ConversationLoad } from './nothing-lost/conversation-load.ts';
import type { Entry } from './nothing-lost/history.ts';
import { readStored } from './nothing-lost/read-stored.ts';
import { type Proof, requireNone, scaled } from './proof.ts';
import { type Fault, FaultInjector } from './support/fault-injection.ts';
import { RetryingClient } from './support/retrying-client.ts';
import { TestCluster } from './support/test-cluster.ts';

const INSTANCES = 200;
const MESSAGES = 500;
const SERVER_KILLS = 100;
const DATABASE_KILLS = 20;
/** Updates of several tenants share a batch of the group commit, and must not affect each other. */
const TENANTS = 5;

/** Writers and readers compete while servers and the database are killed. Then the history is checked. */
export const nothingLost: Proof = {
  name: 'nothing-lost',
  promise: 'Messages are neither lost nor doubled nor out of order, whatever is killed',

  async run(context) {
    const { random, progress } = context;
    await using cluster = await TestCluster.start();
    using client = new RetryingClient(cluster.ports);
    const tokens = await Promise.all(
      Array.from({ length: TENANTS }, (_, nth) => cluster.tokens.of(`tenant ${nth}`)),
    );
    const instances = scaled(INSTANCES, context, 4);
    const size = context.scale >= 0.2 ? MESSAGES : Math.max(50, Math.round(MESSAGES * context.scale));
    const serverKills = scaled(SERVER_KILLS, context, 2);
    const databaseKills = scaled(DATABASE_KILLS, context, 1);

    const faultRandom = random.fork('faults');
    const killServer: Fault = () => cluster.killServer(faultRandom.below(2));
    const killDatabase = (nth: number): Fault =>
      nth % 2 === 0
        ? () => cluster.postgres.killBackend((sessions) => faultRandom.oneOf(sessions))
        : () => cluster.postgres.crash();
    const faults = new FaultInjector(
      instances * size,
      faultRandom.shuffled([
        ...Array.from({ length: serverKills }, () => killServer),
        ...Array.from({ length: databaseKills }, (_, nth) => killDatabase(nth)),
      ]),
      (done) => {
        const all = serverKills + databaseKills;
        progress(`${done} of ${all} kills, ${history.length} requests answered`);
      },
    );
    const history: Entry[] = [];
    const conversations = Array.from({ length: instances }, (_, nth) => {
      const own = random.fork(`conversation ${nth}`);
      const token = tokens[nth % TENANTS]!;
      const { ports } = cluster;
      return new ConversationLoad({
        id: own.uuid(),
        token,
        client,
        ports,
        faults,
        random: own,
        size,
        history,
      });
    });
    await Promise.all([faults.injectAll(), ...conversations.map((conversation) => conversation.run())]);

    progress(`checking ${history.length} answers`);
    const stored = await readStored(cluster);
    const { lost, duplicated, inverted, gaps } = checkHistory(history, stored);
    const found = [
      ...lost.map((what) => `lost: ${what}`),
      ...duplicated.map((what) => `duplicated: ${what}`),
      ...inverted.map((what) => `inverted: ${what}`),
      ...gaps.map((what) => `gap: ${what}`),
    ];
    requireNone(
      `${lost.length} lost, ${duplicated.length} duplicated, ${inverted.length} inverted, ${gaps.length} gaps`,
      found,
    );
    cluster.requireNoFaults();
    return {
      instances,
      messages: stored.messages.length,
      requests: history.length,
      'handed over': history.reduce((sum, { handedOver }) => sum + handedOver.length, 0),
      'server kills': serverKills,
      'database kills': databaseKills,
      'lost, duplicated, inverted, gaps': '0',
      repeated: [...client.repeats].map(([reason, times]) => `${times} × ${reason}`).join(', '),
    };
  },
};
