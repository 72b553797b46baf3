import { ACCOUNT_ROUTES } from './account-routes.ts';
import { AGENT_ROUTES } from './agent-routes.ts';
import { DASHBOARD_ROUTES } from './dashboard-routes.ts';
import { NOTIFICATION_ROUTES } from './notification-routes.ts';
import type { Route } from './route.ts';

/** All routes of the REST API that call a use case. Streams and the export have routes of their own. */
export const ROUTES: readonly Route[] = [
  ...AGENT_ROUTES,
  ...DASHBOARD_ROUTES,
  ...ACCOUNT_ROUTES,
  ...NOTIFICATION_ROUTES,
];
