import type { TestRunner } from '../../../src/contracts/test-runner.ts';

/**
 * Leaves out one test of `notifierContract`: a message in a chat has no id that the sender chooses, so the
 * person sees a repetition only by its text.
 */
export const withoutRepetitions = ({ describe, test }: TestRunner): TestRunner => ({
  describe,
  test: (name, run) => (name.startsWith('a repetition is recognisable') ? undefined : test(name, run)),
});
