/** What the contracts need of a test runner: `describe` and `test` of node:test, Vitest, Jest and others fit. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  test(name: string, run: () => Promise<void>): unknown;
}
