/**
 * The application with an embedded PostgreSQL database in ./data:
 *
 *     npm pkg set type=module && npm i ~/agent-dashboard-*.tgz fastify && node server.ts
 *     curl localhost:3000/api/v1/agent-summary -H 'authorization: Bearer <the dashboard token>'
 *
 * It prints a token for agents and one for people. Every start creates a new signing key, so older tokens
 * stop working, unless JWT_PRIVATE_KEY is set (`npx --no-install agent-dashboard keys generate` makes a key).
 */
import {
  createDashboard,
  createJobs,
  createOperator,
  JobRunner,
  systemClock,
  userId,
} from '@agent-dashboard/server';
import {
  generateKeyPair,
  JwtIssuer,
  JwtVerifier,
  readPrivateKey,
  TokenRecorder,
} from '@agent-dashboard/server/jwt';
import { postgresStore } from '@agent-dashboard/server/mikro-orm';
import { openPglite } from '@agent-dashboard/server/mikro-orm/pglite';
import { InProcessSignals } from '@agent-dashboard/server/signals';
import { createApp } from './app.ts';

const database = await openPglite(process.env.DATA_DIR ?? './data');
const store = postgresStore({ database, signals: new InProcessSignals(), logger: console });
await store.migrate();

const pem = process.env.JWT_PRIVATE_KEY ?? (await generateKeyPair('ed25519')).privateKey;
const key = readPrivateKey(pem, 'JWT_PRIVATE_KEY');
const clock = systemClock;
const tokens = new JwtVerifier({ keys: [key], store, clock, logger: console });
const recorder = new TokenRecorder({ keys: [key], clock });
const operator = createOperator({
  store,
  issuer: new JwtIssuer({ key }),
  clock,
  recordOf: (token) => recorder.recordOf(token),
});

const dashboard = createDashboard({ store, clock, logger: console });
const app = createApp({ dashboard, tokens });
/**
 * The jobs end questions at their deadlines and complete the deletion of users. They also remove old
 * idempotency records, and instances that were deleted 30 days ago.
 */
const jobs = await JobRunner.start(
  createJobs({ store, dashboard, clock, logger: console, retentionDays: null }),
  console,
);

console.log('listening on', await app.listen({ port: Number(process.env.PORT ?? 3000) }));
for (const scope of ['agent', 'dashboard'] as const) {
  const grant = { userId: userId('me'), scope, name: 'printed at the start', agentInstanceId: null };
  console.log(`${scope} token:`, await operator.issue({ ...grant, expiresInSeconds: 24 * 60 * 60 }));
}

async function stop(): Promise<void> {
  jobs[Symbol.dispose]();
  await app.close();
  await tokens.close();
  await store.close();
}
process.once('SIGTERM', stop).once('SIGINT', stop);
