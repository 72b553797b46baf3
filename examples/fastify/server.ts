/**
 * The application with a PostgreSQL embedded in it, kept in ./data:
 *
 *     npm pkg set type=module && npm i agent-dashboard-server fastify && node server.ts
 *     curl localhost:3000/api/v1/agent-summary -H 'authorization: Bearer <the dashboard token>'
 *
 * It prints a token for agents and one for people. The keys that sign them are new at every start, unless
 * JWT_PRIVATE_KEY has a pair (`npx agent-dashboard keys generate`).
 */
import { createOperator, finishDeletions, systemClock, userId } from 'agent-dashboard-server';
import {
  generateKeyPair,
  JwtIssuer,
  JwtVerifier,
  readPrivateKey,
  TokenRecorder,
} from 'agent-dashboard-server/jwt';
import {
  MikroOrmAgentInstanceRepository,
  MikroOrmApiKeyRepository,
  MikroOrmDashboardQueries,
  MikroOrmDataRemoval,
} from 'agent-dashboard-server/mikro-orm';
import { openPglite } from 'agent-dashboard-server/mikro-orm/pglite';
import { InProcessSignals } from 'agent-dashboard-server/signals';
import { createApp } from './app.ts';

const database = await openPglite(process.env.DATA_DIR ?? './data');
await database.migrate();
const signals = new InProcessSignals();
const repository = new MikroOrmAgentInstanceRepository({ database, signals });
const apiKeys = new MikroOrmApiKeyRepository({ database, revocations: signals });
const queries = new MikroOrmDashboardQueries(database);
const removal = new MikroOrmDataRemoval({ database, revocations: signals });

const pem = process.env.JWT_PRIVATE_KEY ?? (await generateKeyPair('ed25519')).privateKey;
const key = readPrivateKey(pem, 'JWT_PRIVATE_KEY');
const clock = systemClock;
const recorder = new TokenRecorder({ keys: [key], clock });
const operator = createOperator({
  apiKeys,
  queries,
  removal,
  issuer: new JwtIssuer({ key }),
  clock,
  recordOf: (token) => recorder.recordOf(token),
});

const app = createApp({
  store: { repository, queries, signals, apiKeys, removal },
  tokens: new JwtVerifier({
    keys: [key],
    issued: { apiKeys, revocations: signals, logger: console },
    clock,
  }),
});
/** What a user has deleted goes for good, and answers that no request can ask for again are forgotten. */
async function keepHouse(): Promise<void> {
  await finishDeletions({ removal, clock }, 20_000);
  await repository.forgetRecords(new Date(Date.now() - 25 * 60 * 60 * 1000));
}
const housekeeping = setInterval(() => keepHouse().catch((error) => console.error(error)), 60_000);

console.log('listening on', await app.listen({ port: Number(process.env.PORT ?? 3000) }));
for (const scope of ['agent', 'dashboard'] as const) {
  const grant = { userId: userId('me'), scope, name: 'printed at the start', agentInstanceId: null };
  console.log(`${scope} token:`, await operator.issue({ ...grant, expiresInSeconds: 24 * 60 * 60 }));
}

async function stop(): Promise<void> {
  clearInterval(housekeeping);
  await app.close();
  await database.close();
}
process.once('SIGTERM', stop).once('SIGINT', stop);
