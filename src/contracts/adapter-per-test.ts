import type { Logger } from '../ports/runtime.ts';
import type { TestRunner } from './test-runner.ts';

/** The adapter under test, with `errors`: the fields of each error that the adapter has logged. */
type OpenAdapter<Adapter> = Adapter & { readonly errors: readonly object[] };

/**
 * A fixture for adapters that deliver signals or revocations in the background: each test opens its own
 * adapter and closes it.
 * @returns `testAdapter`, which defines such a test, and `adapter`, which returns the adapter of the running
 * test.
 */
export function adapterPerTest<Adapter extends { readonly close: () => Promise<void> }>(
  { test }: TestRunner,
  open: (logger: Logger) => Promise<Adapter>,
) {
  let openAdapter: OpenAdapter<Adapter>;
  const testAdapter = (name: string, run: () => Promise<void>) =>
    test(name, async () => {
      const errors: object[] = [];
      const ignore = () => {};
      const error = (fields: object) => void errors.push(fields);
      openAdapter = { ...(await open({ debug: ignore, info: ignore, warn: ignore, error })), errors };
      try {
        await run();
      } finally {
        await openAdapter.close();
      }
    });
  return { testAdapter, adapter: (): OpenAdapter<Adapter> => openAdapter };
}
