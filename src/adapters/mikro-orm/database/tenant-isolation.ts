import type { UserId } from '../../../domain/ids.ts';

/**
 * How PostgreSQL itself separates tenants, in addition to the user id in every key and statement:
 * - `role`: statements run as a role that owns nothing. Row level security applies to it.
 * - `forced`: statements run as the owner of the tables. Row level security applies because it is forced.
 * - `off`: row level security does not apply. The role of the connection is exempt (superuser, BYPASSRLS) and
 *   cannot switch to another role.
 */
export type TenantIsolation = 'role' | 'forced' | 'off';

/** The role that statements run as. Roles belong to the cluster, so all its databases share this one. */
export const REQUEST_ROLE = 'agent_dashboard_requests';

/**
 * Stands for all users, in statements that belong to no single user, such as those of jobs. Only the rows
 * that a maintenance policy allows (see the migration) can be read or written with it.
 */
export const MAINTENANCE = Symbol('maintenance');

/** The users whose rows a statement may read and write. */
export type Tenants = readonly UserId[] | typeof MAINTENANCE;

/**
 * The settings that the policies read. They apply to one transaction; after it PostgreSQL resets them to ''.
 */
const USERS_SETTING = 'agent_dashboard.users';
const MAINTENANCE_SETTING = 'agent_dashboard.maintenance';

/** Settings for the transaction of a statement, by name. */
export type TenantSettings = Readonly<Record<string, string>>;

/** Returns the settings for a statement about these tenants, or null if no policy would read them. */
export function tenantSettingsOf(tenants: Tenants, isolation: TenantIsolation): TenantSettings | null {
  if (isolation === 'off') return null;
  const setting =
    tenants === MAINTENANCE ? { [MAINTENANCE_SETTING]: 'on' } : { [USERS_SETTING]: arrayLiteral(tenants) };
  // The role applies to one transaction too. So the connection keeps no state that could disturb a connection
  // pooler or a later migration. Setting the role once for each connection would not be faster.
  return isolation === 'role' ? { role: REQUEST_ROLE, ...setting } : setting;
}

/** Returns the text of a PostgreSQL array, for any user ids. */
function arrayLiteral(users: readonly UserId[]): string {
  const elements = new Set(users);
  return `{${Array.from(elements, (user) => `"${user.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
