/**
 * The entry `@agent-dashboard/server/contracts`: test suites for adapters of the ports, for any test runner.
 */
export { agentInstanceRepositoryContract } from './agent-instance-repository/contract.ts';
export type { OpenStore } from './agent-instance-repository/open-store.ts';
export { apiKeyRepositoryContract } from './api-key-repository/contract.ts';
export type { OpenKeyStore } from './api-key-repository/open-key-store.ts';
export { authorizationRepositoryContract } from './authorization-repository/contract.ts';
export type { OpenAuthorizations } from './authorization-repository/open-authorizations.ts';
export { dashboardQueriesContract } from './dashboard-queries/contract.ts';
export type { OpenQueries } from './dashboard-queries/open-queries.ts';
export { dataRemovalContract } from './data-removal/contract.ts';
export type { OpenRemoval } from './data-removal/open-removal.ts';
export { notificationRepositoryContract } from './notification-repository/contract.ts';
export type { OpenNotifications } from './notification-repository/open-notifications.ts';
export { notifierContract } from './notifier/contract.ts';
export type { Arrival, OpenNotifier, OpenNotifierIn, ServiceState } from './notifier/open-notifier.ts';

export { type OpenRevocations, revocationsContract } from './revocations.ts';
export { type OpenSignals, signalsContract } from './signals.ts';
export type { TestRunner } from './test-runner.ts';
