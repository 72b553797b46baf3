import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from '../support/postgres/postgres-database.ts';
import { type BadInput, badInputs } from './no-5xx/bad-inputs.ts';
import { httpBytes, type RawRequest } from './no-5xx/raw-request.ts';
import { RequestGenerator } from './no-5xx/request-generator.ts';
import { tokenInputs } from './no-5xx/token-inputs.ts';
import { violationsOf } from './no-5xx/violations.ts';
import { BrokenPromise, type Proof, requireNone, scaled } from './proof.ts';
import { forEachConcurrently } from './support/for-each-concurrently.ts';
import { KillablePostgres } from './support/killable-postgres.ts';
import { KillableServer } from './support/killable-server.ts';
import { exchangeRaw } from './support/raw-exchange.ts';
import { TestTokens } from './support/test-tokens.ts';

const GENERATED = 10_000;
const AT_ONCE = 16;

/**
 * Sends known bad input and thousands of generated requests to a server on PostgreSQL and to one on PGlite.
 */
export const noServerErrors: Proof = {
  name: 'no-5xx',
  promise: 'No input leads to a 5xx, a hang or a dead server; every refusal says why, and nothing else',

  async run(context) {
    const { random, progress } = context;
    await using owned = new AsyncDisposableStack();
    const postgres = owned.use(await KillablePostgres.start());
    const folder = await mkdtemp(join(tmpdir(), 'agent-dashboard-prove-'));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
    const tokens = await TestTokens.make();
    const [onPostgres, onPglite] = await Promise.all([
      KillableServer.start({ ...tokens.env, DATABASE_URL: await createDatabase(postgres.url) }),
      KillableServer.start({ ...tokens.env, DATA_DIR: folder }),
    ]);
    const servers = [owned.use(onPostgres), owned.use(onPglite)];
    const pids = servers.map(({ pid }) => pid);
    const violations: string[] = [];

    const known = [...(await badInputs(tokens)), ...(await tokenInputs(tokens))];
    progress(`${known.length} known bad inputs`);
    const everywhere = servers.flatMap(({ port }) => known.map((input) => ({ port, input })));
    await forEachConcurrently(everywhere, AT_ONCE, async ({ port, input }) => {
      violations.push(...(await wrongAnswerTo(port, input)));
    });
    requireNone('known bad inputs with a wrong answer', violations);

    const total = scaled(GENERATED, context, 300);
    const kinds = new Map<string, number>();
    const statuses = new Map<number, number>();
    const generator = await RequestGenerator.make(tokens, random.fork('generator'));
    for (const { port } of servers) {
      for (const setting of generator.setting()) await exchangeRaw(port, httpBytes(setting), setting);
    }
    /** Examples by cause, because one cause leads to hundreds of cases. */
    const examplesByCause = new Map<string, string[]>();
    const numbers = Array.from({ length: total }, (_, nth) => nth);
    await forEachConcurrently(numbers, AT_ONCE, async (nth) => {
      const request = generator.next(random.fork(nth));
      count(kinds, request.kind);
      const found = await exchangeRaw(servers[nth % servers.length]!.port, httpBytes(request), request);
      for (const { status } of found.answers) count(statuses, status);
      const requestViolations = violationsOf(found, request);
      for (const reason of requestViolations) {
        const example = `request ${nth}, of kind ${request.kind}: ${shown(request)}`;
        const cause = reason.replaceAll(/[0-9a-f-]{36}/g, '…');
        examplesByCause.set(cause, [...(examplesByCause.get(cause) ?? []), example]);
      }
      if ((nth + 1) % 1_000 === 0) progress(`${nth + 1} of ${total} generated requests`);
    });
    requireNone(
      'causes of wrong answers to generated requests',
      [...examplesByCause].map(([reason, examples]) => `${examples.length} × ${reason}\n    ${examples[0]}`),
    );

    for (const [nth, server] of servers.entries()) {
      const normal = generator.normal();
      const { answers } = await exchangeRaw(server.port, httpBytes(normal), normal);
      if (answers[0]?.status !== 200 || server.pid !== pids[nth] || !server.isRunning) {
        throw new BrokenPromise(`afterwards a normal request is answered ${JSON.stringify(answers)}`);
      }
    }
    requireNone(
      'errors in the log',
      servers.flatMap(({ faults }) => faults),
    );
    return {
      'known bad inputs': known.length * servers.length,
      'generated requests': total,
      kinds: formatCounts(kinds),
      statuses: formatCounts(statuses),
    };
  },
};

/** Sends a bad input, and returns how its answer differs from the expected one. */
async function wrongAnswerTo(port: number, { name, request, status, code }: BadInput): Promise<string[]> {
  const found = await exchangeRaw(port, httpBytes(request), request);
  const violations = violationsOf(found, request);
  const answer = found.answers.find((some) => some.status >= 200);
  if (answer?.status !== status || (code !== null && !answer.body.includes(`"code":"${code}"`))) {
    violations.push(`${status} ${code} was expected, not ${answer?.status} ${answer?.body} (${found.end})`);
  }
  return violations.map((reason) => `${name}: ${reason}`);
}

const count = <Key>(times: Map<Key, number>, key: Key) => times.set(key, (times.get(key) ?? 0) + 1);

const formatCounts = (times: ReadonlyMap<string | number, number>): string =>
  [...times]
    .sort()
    .map(([what, often]) => `${often} × ${what}`)
    .join(', ');

const shown = (request: RawRequest): string => {
  const text = httpBytes(request).toString('latin1');
  return JSON.stringify(text.replace(/(?<=Bearer )[\w.-]{50,}/, '…').slice(0, 700));
};
