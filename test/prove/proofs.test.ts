import { describe, expect, test } from 'vitest';
import type { Proof } from './proof.ts';
import { PROOFS } from './proofs.ts';
import { Random } from './support/random.ts';

const SCALE = 0.01;
/** A proof alone needs far less, but other test files run at the same time. */
const PATIENCE_MS = 240_000;

/** It takes the processor from the other tests, which run at the same time. `npm run prove` runs it. */
const LEFT_OUT = 'hostile-neighbour';

// All at once, because the longest of them mostly waits.
describe.concurrent('at a hundredth of their size', () => {
  test.each(PROOFS.filter(({ name }) => name !== LEFT_OUT))(
    '$name: $promise',
    { timeout: PATIENCE_MS },
    async ({ name, run }: Proof) => {
      const seed = Math.floor(Math.random() * 1_000_000_000);
      const random = new Random(seed).fork(name);
      const context = { scale: SCALE, random, progress: () => {} };
      const report = await run(context).catch((error: unknown) => {
        const replay = `npm run prove -- --only ${name} --scale ${SCALE} --seed ${seed}`;
        throw new Error(`${error instanceof Error ? error.message : error}\nReplay: ${replay}`, {
          cause: error,
        });
      });
      expect(Object.keys(report)).not.toEqual([]);
    },
  );
});
