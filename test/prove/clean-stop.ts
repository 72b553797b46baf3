import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPglite } from '../../src/adapters/mikro-orm/pglite.ts';
import { createDatabase } from '../support/postgres/postgres-database.ts';
import { StopLoad } from './clean-stop/stop-load.ts';
import { BrokenPromise, type Proof, requireNone, scaled } from './proof.ts';
import { KillablePostgres } from './support/killable-postgres.ts';
import { KillableServer } from './support/killable-server.ts';
import { TestTokens } from './support/test-tokens.ts';

const STOPS = 24;
const WRITERS = 32;
const WAITERS = 200;
const LATEST_MS = 10_000;
/**
 * Whether a client sends a body that never ends. Such a client delays the stop by as long as the server waits
 * for bodies, so only half of the stops have one.
 */
const hasUnfinishedBody = (stop: number): boolean => stop % 4 > 1;

const CONTENTS = 'select content from messages';

/** Stops servers under full load, and checks what they stored and how they answered their clients. */
export const cleanStop: Proof = {
  name: 'clean-stop',
  promise: 'SIGTERM keeps what was acknowledged, answers every waiter, and is done within 10 s',

  async run(context) {
    const { random, progress } = context;
    await using owned = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'agent-dashboard-prove-'));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
    const postgres = owned.use(await KillablePostgres.start());
    const databaseUrl = await createDatabase(postgres.url);
    const tokens = await TestTokens.make();
    const token = await tokens.of('ada');
    const started = await Promise.all([
      KillableServer.start({ ...tokens.env, DATABASE_URL: databaseUrl }),
      KillableServer.start({ ...tokens.env, DATA_DIR: folder }),
    ]);
    const servers = started.map((server) => owned.use(server));
    const stops = scaled(STOPS, context, 2);
    const waiters = scaled(WAITERS, context, 20);
    const acknowledged: string[][] = servers.map(() => []);
    const milliseconds: number[] = [];
    let answered = 0;

    for (let nth = 0; nth < stops; nth += 1) {
      const stopRandom = random.fork(nth);
      const server = servers[nth % servers.length]!;
      if (!server.isRunning) await server.start();
      using load = new StopLoad({
        port: server.port,
        token,
        random: stopRandom,
        writers: WRITERS,
        waiters,
        withUnfinishedBody: hasUnfinishedBody(nth),
      });
      await load.begin();
      await sleep(stopRandom.between(0, 700));
      const stopped = await server.terminate(3 * LATEST_MS);
      await load.end();
      acknowledged[nth % servers.length]!.push(...load.acknowledged);
      answered += load.waitersAnswered;
      milliseconds.push(stopped.milliseconds);
      progress(
        `stop ${nth + 1} of ${stops}: ${Math.round(stopped.milliseconds)} ms, ${load.acknowledged.length} steps kept`,
      );
      if (stopped.code !== 0 || stopped.milliseconds > LATEST_MS) {
        throw new BrokenPromise(
          `stop ${nth + 1} ended with ${stopped.code} after ${stopped.milliseconds} ms`,
        );
      }
      requireNone(`wrong answers during stop ${nth + 1}`, load.violations);
    }
    for (const server of servers) if (server.isRunning) await server.terminate(LATEST_MS);

    const [onPostgres, onPglite] = acknowledged as [string[], string[]];
    const rows = await postgres.query<{ content: string }>(CONTENTS, [], databaseUrl);
    requireKept('PostgreSQL', onPostgres, rows);
    const embedded = await openPglite(join(folder, 'database'));
    requireKept('PGlite', onPglite, await embedded.orm.em.execute<{ content: string }[]>(CONTENTS));
    await embedded.close();
    requireNone(
      'errors in the log',
      servers.flatMap(({ faults }) => faults),
    );
    return {
      stops,
      'waiters answered': answered,
      'acknowledged steps, all kept': onPostgres.length + onPglite.length,
      'slowest stop': `${Math.round(Math.max(...milliseconds))} ms`,
    };
  },
};

function requireKept(where: string, acknowledged: readonly string[], rows: readonly { content: string }[]) {
  const times = new Map<string, number>();
  for (const { content } of rows) times.set(content, (times.get(content) ?? 0) + 1);
  requireNone(
    `acknowledged steps that are not on ${where} exactly once`,
    acknowledged
      .filter((content) => times.get(content) !== 1)
      .map((content) => `${content}: ${times.get(content) ?? 0} times`),
  );
}
