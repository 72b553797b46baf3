import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../support/postgres/postgres-database.ts';
import { AttackProcess } from './hostile-neighbour/attack-process.ts';
import { BrokenPromise, type Proof, type ProofContext, requireNone, scaled } from './proof.ts';
import { KillablePostgres } from './support/killable-postgres.ts';
import { KillableServer } from './support/killable-server.ts';
import { TestTokens } from './support/test-tokens.ts';

const ATTACK_MS = 60_000;
const USUAL_MS = 30_000;
/**
 * The slowest hundredth is taken of each part of this length, and the middle one of the parts counts.
 * Otherwise two seconds in which another program of the machine is busy would decide about the minute.
 */
const PART_MS = 10_000;
/** A first attack, which is not measured: it opens connections, and fills the tables. */
const WARM_UP_MS = 4_000;
/** After an attack, until the requests that still wait have ended. */
const REST_MS = 6_000;
const PAUSE_MS = 20;
const MAX_MEMORY_BYTES = 1024 ** 3;
/** How much longer the slowest hundredth of the writes may take. A short run measures too few of them. */
const MAX_SLOWER = 3;
const MIN_SCALE_FOR_TIMES = 1;

/** Lets one user do everything that is expensive, while another one works. */
export const hostileNeighbour: Proof = {
  name: 'hostile-neighbour',
  promise:
    'One user who does everything expensive at once makes no write of another one fail, or three times as slow',

  async run(context) {
    await using owned = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'agent-dashboard-prove-'));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
    const postgres = owned.use(await KillablePostgres.start());
    const tokens = await TestTokens.make();
    const stores = {
      PostgreSQL: { DATABASE_URL: await createDatabase(postgres.url) },
      PGlite: { DATA_DIR: folder },
    };
    const report: { [what: string]: string } = {};
    for (const [name, env] of Object.entries(stores)) {
      const server = owned.use(await KillableServer.start({ ...tokens.env, ...env }));
      // The first start makes the embedded database, which takes more memory than all that follows.
      await server.terminate(30_000);
      await server.start();
      report[name] = await attack(name, server, tokens, context);
      await server.terminate(30_000);
    }
    return report;
  },
};

async function attack(
  store: string,
  server: KillableServer,
  tokens: TestTokens,
  context: ProofContext,
): Promise<string> {
  const { port, pid } = server;
  const writer = new Writer(port, await tokens.of('ada'));
  const target = {
    port,
    agentToken: await tokens.of('mallory'),
    dashboardToken: await tokens.of('mallory', 'dashboard'),
  };
  const writeDuringAttack = async (milliseconds: number) => {
    const attacks = await AttackProcess.start(target);
    const writes = await writer.write(milliseconds);
    return { writes, statuses: await attacks.stop() };
  };
  await writeDuringAttack(scaled(WARM_UP_MS, context, 500));
  await sleep(scaled(REST_MS, context, 500));
  const usual = await writer.write(scaled(USUAL_MS, context, 1_000));
  const { writes: attacked, statuses } = await writeDuringAttack(scaled(ATTACK_MS, context, 3_000));

  const memory = await peakMemoryOf(pid);
  context.progress(`${store}: responses to the attacker by status: ${JSON.stringify(statuses)}`);
  requireNone(`writes of the other user that failed (${store})`, [...usual.failures, ...attacked.failures]);
  requireNone(`errors in the log (${store})`, server.faults);
  if (memory !== null && memory > MAX_MEMORY_BYTES)
    throw new BrokenPromise(`${store}: ${memory} bytes of memory`);
  if (context.scale >= MIN_SCALE_FOR_TIMES && attacked.p99 >= MAX_SLOWER * usual.p99)
    throw new BrokenPromise(`${store}: a p99 of ${usual.p99} ms became ${attacked.p99} ms`);
  const megabytes = memory === null ? 'unknown' : `${Math.round(memory / 1024 ** 2)} MB`;
  return `${attacked.count} writes, p99 ${Math.round(usual.p99)} to ${Math.round(attacked.p99)} ms, memory ${megabytes}`;
}

interface Writes {
  readonly count: number;
  readonly p99: number;
  readonly failures: readonly string[];
}

/** The other user: an agent that reports a step now and then. */
class Writer {
  readonly #url: string;
  readonly #headers: { readonly [name: string]: string };
  readonly #instance = randomUUID();

  constructor(port: number, token: string) {
    this.#url = `http://127.0.0.1:${port}/api/v1/messages/agent`;
    this.#headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  }

  async write(milliseconds: number): Promise<Writes> {
    const durationsOfParts: number[][] = [];
    const failures: string[] = [];
    const begin = performance.now();
    for (let startedAt = begin; startedAt < begin + milliseconds; startedAt = performance.now()) {
      const body = JSON.stringify({
        agent_instance_id: this.#instance,
        agent_type: 'codex',
        content: 'a step',
      });
      const outcome = await fetch(this.#url, { method: 'POST', headers: this.#headers, body }).then(
        async (response) => `${response.status} ${await response.text()}`,
        (error: Error) => String(error.cause ?? error),
      );
      if (!outcome.startsWith('200 ')) failures.push(outcome.slice(0, 300));
      const part = Math.floor((startedAt - begin) / PART_MS);
      durationsOfParts[part] ??= [];
      durationsOfParts[part].push(performance.now() - startedAt);
      await sleep(PAUSE_MS);
    }
    const parts = durationsOfParts.filter((durations) => durations !== undefined);
    const p99 = quantile(
      parts.map((durations) => quantile(durations, 0.99)),
      0.5,
    );
    return { count: parts.flat().length, p99, failures };
  }
}

/** Returns the value that a part of the values is not above. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? 0;
}

/** Returns the most memory that a process has had, or null where the system does not tell it. */
async function peakMemoryOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}
