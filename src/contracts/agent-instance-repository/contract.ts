import type { TestRunner } from '../test-runner.ts';
import { atomicUpdates, decisionsGetCopies } from './atomic-updates.ts';
import { idempotency } from './idempotency.ts';
import { loading } from './loading.ts';
import { longQueues } from './long-queues.ts';
import { nextDeadlines } from './next-deadlines.ts';
import type { OpenStore } from './open-store.ts';
import { questionStates } from './question-states.ts';
import { racesForTheOutcome } from './races-for-the-outcome.ts';
import { racesForTheQueue } from './races-for-the-queue.ts';
import { racesToBeFirst } from './races-to-be-first.ts';
import { savingAndLoading } from './saving-and-loading.ts';
import { savingContexts } from './saving-contexts.ts';
import { savingQuestions } from './saving-questions.ts';
import { savingStops } from './saving-stops.ts';
import { tenants } from './tenants.ts';

/**
 * The contract suite for adapters of the `AgentInstanceRepository` port.
 * @param storeUnderTest returns the store. It is called only while a test runs, so the store can be opened in
 * a `before` hook. All tests can use the same store, because each test uses its own users.
 */
export function agentInstanceRepositoryContract(runner: TestRunner, storeUnderTest: () => OpenStore): void {
  savingAndLoading(runner, storeUnderTest);
  savingQuestions(runner, storeUnderTest);
  savingContexts(runner, storeUnderTest);
  savingStops(runner, storeUnderTest);
  loading(runner, storeUnderTest);
  longQueues(runner, storeUnderTest);
  atomicUpdates(runner, storeUnderTest);
  tenants(runner, storeUnderTest);
  nextDeadlines(runner, storeUnderTest);
  questionStates(runner, storeUnderTest);
  idempotency(runner, storeUnderTest);
  runner.describe('races', () => {
    racesForTheOutcome(runner, storeUnderTest);
    racesToBeFirst(runner, storeUnderTest);
    racesForTheQueue(runner, storeUnderTest);
  });
  decisionsGetCopies(runner, storeUnderTest);
}
