import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints one last line that any script can read: `N passed, N failed`. The lines before it name the tests
 * that passed only when they were tried again: each is a race that somebody has to look at.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    const retried: string[] = [];
    for (const module of modules) {
      // A file that could not be loaded counts as one failure, because it has no tests.
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state] += 1;
        if (state === 'passed' && (test.diagnostic()?.retryCount ?? 0) > 0)
          retried.push(`passed only when tried again: ${module.relativeModuleId} > ${test.fullName}\n`);
      }
    }
    const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
    // On exit, so that it comes after the output of all other reporters.
    process.on('exit', () => {
      process.stdout.write(`${retried.join('')}${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
    });
  }
}
