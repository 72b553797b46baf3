import type { TestRunner } from '../test-runner.ts';
import { agentTypes } from './agent-types.ts';
import { changesSince } from './changes-since.ts';
import { conversations } from './conversations.ts';
import { listedInstances } from './listed-instances.ts';
import { longPages } from './long-pages.ts';
import type { OpenQueries } from './open-queries.ts';
import { pagesOfInstances } from './pages-of-instances.ts';
import { progress } from './progress.ts';
import { searchedMessages } from './searched-messages.ts';
import { tenants } from './tenants.ts';

/**
 * The contract suite for adapters of the `DashboardQueries` port.
 * @param storeUnderTest returns the store. It is called only while a test runs, so the store can be opened in
 * a `before` hook. All tests can use the same store, because each test uses its own users.
 */
export function dashboardQueriesContract(runner: TestRunner, storeUnderTest: () => OpenQueries): void {
  runner.describe('the list of instances', () => {
    pagesOfInstances(runner, storeUnderTest);
    listedInstances(runner, storeUnderTest);
  });
  agentTypes(runner, storeUnderTest);
  conversations(runner, storeUnderTest);
  changesSince(runner, storeUnderTest);
  longPages(runner, storeUnderTest);
  progress(runner, storeUnderTest);
  searchedMessages(runner, storeUnderTest);
  tenants(runner, storeUnderTest);
}
