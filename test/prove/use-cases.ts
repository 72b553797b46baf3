import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as v from 'valibot';
import { inMemoryStore } from '../../src/adapters/in-memory/index.ts';
import { JwtIssuer } from '../../src/adapters/jwt/jwt-issuer.ts';
import { generateKeyPair, readPrivateKey } from '../../src/adapters/jwt/keys/keys.ts';
import { problemOf } from '../../src/adapters/koa/http/problem.ts';
import { aesSecretBox, newSecretKey } from '../../src/adapters/runtime/aes-secret-box.ts';
import { InProcessSignals } from '../../src/adapters/signals/in-process-signals.ts';
import { Channels } from '../../src/application/notifications/channels.ts';
import { openStore } from '../../src/composition/store/open-store.ts';
import { createDashboard, type Dashboard } from '../../src/dashboard.ts';
import type { Store } from '../../src/ports/store.ts';
import { aCaller } from '../support/builders.ts';
import { FakeNotifier } from '../support/notify/fake-notifier.ts';
import { BrokenPromise, type Proof, scaled } from './proof.ts';
import { type GeneratedCall, generatedCall, KnownIds, USER } from './use-cases/calls.ts';

const CALLS = 100_000;
const PROGRESS_EVERY = 5_000;
/** How long a client stays that asks for a wait. */
const PATIENCE_MS = 3;

/** Calls each use case with generated inputs that pass its schema, on the store in memory and on PGlite. */
export const useCaseInputs: Proof = {
  name: 'use-cases',
  promise: 'No input that passes the schema of a use case leads to an internal error or to another answer',

  async run(context) {
    const { random, progress } = context;
    await using owned = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'agent-dashboard-prove-'));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    const pglite = owned.use(
      await openStore({ databaseUrl: null, databaseListenUrl: null, dataDir: join(folder, 'data') }, silent),
    );
    await pglite.migrate();
    const stores: [name: string, Store][] = [
      ['in memory', inMemoryStore(new InProcessSignals())],
      ['PGlite', pglite.store],
    ];
    const issuer = new JwtIssuer({
      key: readPrivateKey((await generateKeyPair('ed25519')).privateKey, 'the key of the proof'),
    });
    const numRuns = scaled(CALLS, context, 300);
    const report: { [what: string]: string | number } = {};
    for (const [name, store] of stores) {
      // No job delivers anything.
      const channels = new Channels(aesSecretBox(newSecretKey()), [new FakeNotifier()]);
      const notifications = { channels, pageUrl: () => 'http://localhost' };
      const dashboard = createDashboard({ store, issuer, notifications });
      const outcomes = new Map<string, number>();
      const ids = new KnownIds();
      let calls = 0;
      let violation: string | null = null;
      const everyAnswerIsGood = fc.asyncProperty(generatedCall, async (call) => {
        const outcome = await outcomeOf(dashboard, call, ids);
        outcomes.set(outcome.kind, (outcomes.get(outcome.kind) ?? 0) + 1);
        calls += 1;
        if (calls % PROGRESS_EVERY === 0) progress(`${calls} of ${numRuns} calls ${name}`);
        violation = outcome.violation;
        return violation === null;
      });
      // A smaller input would meet another history of calls, so none is looked for.
      const seed = random.below(2 ** 31);
      const { failed } = await fc.check(everyAnswerIsGood, { numRuns, seed, endOnFailure: true });
      if (failed) throw new BrokenPromise(`call ${calls} ${name}: ${violation}`);
      dashboard.stop();
      report[`calls ${name}`] = calls;
      report[`answers ${name}`] = [...outcomes]
        .sort()
        .map(([kind, times]) => `${times} × ${kind}`)
        .join(', ');
    }
    return report;
  },
};

/** Makes a call, and returns `ok` or the code of its error, and what is wrong with its answer. */
async function outcomeOf(
  { dispatch }: Dashboard,
  { useCase, input: generated, scope, idempotencyKey, isClientGone }: GeneratedCall,
  ids: KnownIds,
): Promise<{ readonly kind: string; readonly violation: string | null }> {
  const input = ids.fill(generated) as object;
  const shown = () => `${useCase.name} ${JSON.stringify(input).slice(0, 700)}`;
  if (!v.is(useCase.input, input))
    return { kind: 'invalid', violation: `${shown()} does not pass the schema` };
  const clientGone = isClientGone ? AbortSignal.abort() : AbortSignal.timeout(PATIENCE_MS);
  const caller = aCaller({ userId: USER, scopes: [scope] });
  try {
    const output = await dispatch(useCase, { caller, input, idempotencyKey, clientGone });
    ids.learn(output);
    const isDescribed = v.is(useCase.output, output);
    return { kind: 'ok', violation: isDescribed ? null : `${shown()} has another output` };
  } catch (error) {
    const { status, code } = problemOf(error, 'the request of the proof');
    const cause = error instanceof Error ? error.stack : String(error);
    return { kind: code, violation: status < 500 ? null : `${shown()} fails: ${cause}` };
  }
}
