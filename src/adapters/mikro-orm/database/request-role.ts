import { entities } from '../schema/entities.ts';
import { MIGRATIONS_TABLE } from '../schema/migrations/index.ts';
import {
  REQUEST_ROLE,
  type TenantIsolation,
  type TenantSettings,
  tenantSettingsOf,
} from './tenant-isolation.ts';

/** Runs one statement with these settings. With null the statement runs as the role of the connection. */
export type RunStatement = <Row>(
  sql: string,
  parameters: readonly unknown[],
  settings: TenantSettings | null,
) => Promise<readonly Row[]>;

const TABLES = entities.map(({ meta }) => meta.tableName);

/**
 * Whether the connection's role can switch to the request role. Before PostgreSQL 16, every member of a role
 * could switch to it. Since then, a member needs the option SET.
 */
const CAN_SWITCH = `pg_has_role(session_user, '${REQUEST_ROLE}',
  case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)`;

/**
 * Does the steps that the connection's role is allowed to do. An administrator may have done the others
 * before; `tenantIsolation` checks the result. The migration lock belongs to one database, so a process on
 * another database of the cluster may run the same steps at the same time. The errors of such a race are
 * ignored.
 */
const SET_UP_ROLE = `do $$ begin
  begin
    create role ${REQUEST_ROLE} nologin;
  exception when insufficient_privilege or duplicate_object or unique_violation then null; end;
  begin
    grant select, insert, update, delete on ${TABLES.join(', ')} to ${REQUEST_ROLE};
    grant select on ${MIGRATIONS_TABLE} to ${REQUEST_ROLE};
    if not has_schema_privilege('${REQUEST_ROLE}', current_schema(), 'usage') then
      execute format('grant usage on schema %I to ${REQUEST_ROLE}', current_schema());
    end if;
  exception when insufficient_privilege or undefined_object then null; end;
  begin
    if not ${CAN_SWITCH} then
      grant ${REQUEST_ROLE} to session_user;
    end if;
  exception when insufficient_privilege or undefined_object or unique_violation or internal_error then null; end;
end $$`;

/**
 * Creates the role that statements run as, and lets the connection's role switch to it. Skips the steps that
 * the connection's role is not allowed to do.
 */
export async function setUpRequestRole(run: RunStatement): Promise<void> {
  if ((await tenantIsolation(run)) !== 'role') await run(SET_UP_ROLE, [], null);
}

/**
 * `forced`: row level security is forced on all tables. `exempt`: it does not apply to the connection's role.
 * `can_switch`: the connection's role can switch to the request role.
 */
const ISOLATION_FACTS = `
  select
    not exists (
      select from unnest($1::text[]) as name left join pg_class c on c.oid = to_regclass(name)
      where c.relforcerowsecurity is not true) as forced,
    (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as exempt,
    coalesce(
      (select not rolsuper and not rolbypassrls and ${CAN_SWITCH} from pg_roles where rolname = '${REQUEST_ROLE}'),
      false) as can_switch`;

/**
 * Whether the request role may use all tables. The statement has to run as the request role, because the
 * search path of the connection's role may lead to other tables.
 */
const HAS_PRIVILEGES = `
  select bool_and(coalesce(has_table_privilege(to_regclass(name), command), false)) as granted
  from unnest($1::text[]) as name, unnest('{select,insert,update,delete}'::text[]) as command`;

/** Finds out how PostgreSQL separates tenants on this connection. */
export async function tenantIsolation(run: RunStatement): Promise<TenantIsolation> {
  const [facts] = await run<{ forced: boolean; exempt: boolean; can_switch: boolean }>(
    ISOLATION_FACTS,
    [TABLES],
    null,
  );
  if (facts?.forced !== true) return 'off';
  if (facts.can_switch) {
    const asRole = tenantSettingsOf([], 'role');
    const [privileges] = await run<{ granted: boolean }>(HAS_PRIVILEGES, [TABLES], asRole);
    if (privileges?.granted === true) return 'role';
  }
  return facts.exempt ? 'off' : 'forced';
}
