import type { Logger } from '../ports/runtime.ts';
import type { TestRunner } from './test-runner.ts';

/** The adapter under test, and the fields of each error that it has logged. */
type OpenAdapter<Adapter> = Adapter & { readonly errors: readonly object[] };

/**
 * A fixture for adapters that work in the background: each test opens its own adapter and closes it.
 * @returns `testAdapter`, which defines such a test, and `adapter`, which returns the adapter of the running
 * test.
 */
export function adapterPerTest<Adapter extends { readonly close: () => Promise<void> }>(
  { test }: TestRunner,
  open: (logger: Logger) => Promise<Adapter>,
) {
  let current: OpenAdapter<Adapter>;
  const testAdapter = (name: string, run: () => Promise<void>) =>
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
  return { testAdapter, adapter: (): OpenAdapter<Adapter> => current };
}
