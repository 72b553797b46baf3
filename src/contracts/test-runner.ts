/** A test runner. The `describe` and `test` functions of node:test, Vitest, Jest and others fit. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  test(name: string, run: () => Promise<void>): unknown;
}
