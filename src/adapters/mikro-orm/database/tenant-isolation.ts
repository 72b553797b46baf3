import type { UserId } from '../../../domain/ids.ts';

/**
 * How far PostgreSQL itself keeps tenants apart, behind the user id in every key and statement:
 * - `role`: requests run as a role that owns nothing, so row level security holds for them;
 * - `forced`: they run as the tables' owner, for whom it holds because it is forced;
 * - `off`: the connection's role is exempt (superuser, BYPASSRLS) and may not become another.
 */
export type TenantIsolation = 'role' | 'forced' | 'off';

/** What requests run as. Roles belong to the cluster: all databases in it share this one. */
export const REQUEST_ROLE = 'agent_dashboard_requests';

/**
 * For maintenance that is not about any user in particular. It crosses only where a policy of its own lets
 * it (see the migration): to the rest, it is a statement of no user at all.
 */
export const MAINTENANCE = Symbol('maintenance');

/** Whose rows a statement may see and write. */
export type Whose = readonly UserId[] | typeof MAINTENANCE;

/** The settings that the policies go by. They hold for one transaction and read as '' after it. */
const USERS_SETTING = 'agent_dashboard.users';
const MAINTENANCE_SETTING = 'agent_dashboard.maintenance';

/** What to set, by name, in the transaction of a statement. */
export type TenantSettings = Readonly<Record<string, string>>;

/** null where nothing would go by it. */
export function tenantSettingsOf(whose: Whose, isolation: TenantIsolation): TenantSettings | null {
  if (isolation === 'off') return null;
  const setting =
    whose === MAINTENANCE ? { [MAINTENANCE_SETTING]: 'on' } : { [USERS_SETTING]: arrayLiteral(whose) };
  // The role, too, for one transaction only: a connection keeps no state that a pooler in between, or a
  // migration after it, could stumble over. It costs no more than a session's.
  return isolation === 'role' ? { role: REQUEST_ROLE, ...setting } : setting;
}

/** The text of a PostgreSQL array, whatever the users are called. */
function arrayLiteral(users: readonly UserId[]): string {
  const elements = new Set(users);
  return `{${Array.from(elements, (user) => `"${user.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
