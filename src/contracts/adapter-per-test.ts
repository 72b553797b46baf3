import type { Logger } from '../ports/runtime.ts';
import type { TestRunner } from './test-runner.ts';

/** An adapter under test, and what it has logged as errors so far. */
type Opened<Adapter> = Adapter & { readonly errors: readonly object[] };

/**
 * A `test` that opens an adapter of its own and closes it, for ports whose adapters work in the background.
 * @returns `rule`, which defines such a test, and `opened`: the adapter of the test that runs.
 */
export function adapterPerTest<Adapter extends { readonly close: () => Promise<void> }>(
  { test }: TestRunner,
  open: (logger: Logger) => Promise<Adapter>,
) {
  let current: Opened<Adapter>;
  const rule = (name: string, run: () => Promise<void>) =>
    test(name, async () => {
      const errors: object[] = [];
      const ignore = () => {};
      const error = (fields: object) => void errors.push(fields);
      current = { ...(await open({ debug: ignore, info: ignore, warn: ignore, error })), errors };
      try {
        await run();
      } finally {
        await current.close();
      }
    });
  return { rule, opened: (): Opened<Adapter> => current };
}
