import { setTimeout as sleep } from 'node:timers/promises';
import { LimitedDisk } from '../support/limited-disk.ts';
import { BrokenPromise, type Proof, type ProofContext, requireNone, scaled } from './proof.ts';
import { KillableServer } from './support/killable-server.ts';
import type { Random } from './support/random.ts';
import { RetryingClient } from './support/retrying-client.ts';
import { TestTokens } from './support/test-tokens.ts';

const DISK_MEGABYTES = 640;
/** With less than this the server writes nothing. */
const RESERVED_MEGABYTES = 128;
const ROUNDS = 50;
const AGENTS = 4;
const MAX_STEP_LENGTH = 200_000;
/** A server whose database has survived is ready again long before. */
const RECOVERY_MS = 10_000;
const STOP_MS = 30_000;

/** Agents report steps to the embedded database while its disk fills up, again and again. */
export const diskFull: Proof = {
  name: 'disk-full',
  promise: 'A full disk loses nothing that was acknowledged, and the server answers and stops meanwhile',

  async run(context) {
    await using disk = await LimitedDisk.mount(DISK_MEGABYTES);
    if (disk === null) return { 'left out': 'no disk can be mounted here' };
    const tokens = await TestTokens.make();
    await using server = await KillableServer.start({
      ...tokens.env,
      DATA_DIR: disk.path,
      LOG_LEVEL: 'fatal',
    });
    using client = new RetryingClient([server.port]);
    const token = await tokens.of('ada');
    const running = { isOver: false };
    const agents = Array.from({ length: AGENTS }, (_, nth) =>
      reportSteps(client, token, context.random.fork(`agent ${nth}`), running),
    );
    const rounds = new DiskRounds(disk, server, context);
    await rounds.run().finally(() => {
      running.isOver = true;
    });
    const reported = await Promise.all(agents);

    const dashboard = await tokens.of('ada', 'dashboard');
    for (const { id, steps } of reported) {
      const stored = await storedSteps(client, dashboard, id, context.random);
      if (stored.join() !== steps.join())
        throw new BrokenPromise(`agent ${id} reported ${steps.length} steps`, [`stored: ${stored.join()}`]);
    }
    requireNone('exits that nobody caused', server.faults);
    return {
      rounds: rounds.count,
      'restarts after a lost database': rounds.restarts,
      steps: reported.reduce((sum, { steps }) => sum + steps.length, 0),
      repeated: [...client.repeats].map(([reason, times]) => `${times} × ${reason}`).join(', '),
    };
  },
};

/** Fills and frees the disk, and checks what the server says meanwhile. */
class DiskRounds {
  readonly count: number;
  restarts = 0;
  readonly #disk: LimitedDisk;
  readonly #server: KillableServer;
  readonly #random: Random;
  readonly #progress: ProofContext['progress'];

  constructor(disk: LimitedDisk, server: KillableServer, context: ProofContext) {
    this.count = scaled(ROUNDS, context, 2);
    this.#disk = disk;
    this.#server = server;
    this.#random = context.random.fork('disk');
    this.#progress = context.progress;
  }

  async run(): Promise<void> {
    for (let nth = 0; nth < this.count; nth += 1) {
      await sleep(this.#random.between(50, 1_500));
      // Every second time all at once, so that writes that have begun find no space.
      this.#disk.fill(nth % 2 === 0 ? DISK_MEGABYTES - RESERVED_MEGABYTES : undefined);
      await this.#waitForReady(503, STOP_MS);
      const health = await this.#statusOf('/health');
      if (health !== 200) throw new BrokenPromise(`/health is ${health} while the disk is full`);
      await sleep(this.#random.between(0, 500));
      await this.#disk.free();
      const isReady = await this.#waitForReady(200, RECOVERY_MS).then(
        () => true,
        () => false,
      );
      if (!isReady) await this.#restart();
      this.#progress(`${nth + 1} of ${this.count} times full`);
    }
  }

  async #restart(): Promise<void> {
    const { code } = await this.#server.terminate(STOP_MS);
    if (code !== 0) throw new BrokenPromise(`SIGTERM ended the server with ${code}`);
    await this.#server.start();
    this.restarts += 1;
  }

  async #waitForReady(status: number, patienceMs: number): Promise<void> {
    const end = Date.now() + patienceMs;
    while ((await this.#statusOf('/ready')) !== status) {
      if (Date.now() > end) throw new BrokenPromise(`/ready is not ${status}`);
      await sleep(100);
    }
  }

  async #statusOf(path: string): Promise<number> {
    return (await fetch(`http://127.0.0.1:${this.#server.port}${path}`)).status;
  }
}

/** Reports steps until the proof is over. Each is repeated until it is acknowledged. */
async function reportSteps(
  client: RetryingClient,
  token: string,
  random: Random,
  running: { readonly isOver: boolean },
): Promise<{ readonly id: string; readonly steps: readonly string[] }> {
  const id = random.uuid();
  const steps: string[] = [];
  while (!running.isOver) {
    const content = `${steps.length} ${'x'.repeat(random.below(MAX_STEP_LENGTH))}`;
    const body = { agent_instance_id: id, agent_type: 'codex', content };
    const key = random.uuid();
    const reply = await client.call({ method: 'POST', path: '/messages/agent', token, body, key }, random);
    if (reply.status !== 200) throw new BrokenPromise(`a step is answered ${reply.status}`, [reply.body]);
    steps.push(`${steps.length}`);
    await sleep(random.below(100));
  }
  return { id, steps };
}

/** Returns the numbers of the steps that are stored, in their order. */
async function storedSteps(
  client: RetryingClient,
  token: string,
  id: string,
  random: Random,
): Promise<string[]> {
  const stored: string[] = [];
  let before = '';
  for (;;) {
    const path = `/agent-instances/${id}/messages?limit=20${before}`;
    const { body } = await client.call({ method: 'GET', path, token, key: null }, random);
    const page = JSON.parse(body) as { id: string; content: string }[];
    if (page.length === 0) return stored;
    stored.unshift(...page.map(({ content }) => content.split(' ', 1)[0]!));
    before = `&before_message_id=${page[0]!.id}`;
  }
}
