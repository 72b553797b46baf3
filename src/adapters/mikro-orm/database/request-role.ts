import { entities } from '../schema/entities.ts';
import { MIGRATIONS_TABLE } from '../schema/migrations/index.ts';
import {
  REQUEST_ROLE,
  type TenantIsolation,
  type TenantSettings,
  tenantSettingsOf,
} from './tenant-isolation.ts';

/** Runs one statement; within `scope`, or as whoever is connected. */
export type Run = <Row>(
  sql: string,
  parameters: readonly unknown[],
  scope: TenantSettings | null,
) => Promise<readonly Row[]>;

const TABLES = entities.map(({ meta }) => meta.tableName);

/** Before PostgreSQL 16, whoever was a member could also become it. */
const MAY_BECOME = `pg_has_role(session_user, '${REQUEST_ROLE}',
  case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)`;

/**
 * Each step as far as the connection's role may go; what it may not, somebody else may have done before, and
 * what comes of it `tenantIsolation` finds out. The lock of the migrations is a database's own, so another
 * database of the cluster may do the same at this moment: then it is done.
 */
const ADMIT = `do $$ begin
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
    if not ${MAY_BECOME} then
      grant ${REQUEST_ROLE} to session_user;
    end if;
  exception when insufficient_privilege or undefined_object or unique_violation or internal_error then null; end;
end $$`;

/** Makes the role of requests and lets this connection's role become it, where it may. */
export async function admitRequestRole(run: Run): Promise<void> {
  if ((await tenantIsolation(run)) !== 'role') await run(ADMIT, [], null);
}

const SITUATION = `
  select
    not exists (
      select from unnest($1::text[]) as name left join pg_class c on c.oid = to_regclass(name)
      where c.relforcerowsecurity is not true) as forced,
    (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as exempt,
    coalesce(
      (select not rolsuper and not rolbypassrls and ${MAY_BECOME} from pg_roles where rolname = '${REQUEST_ROLE}'),
      false) as may_become`;

/** Asked as the role itself, which may find other tables by these names than the connection's role. */
const IS_ADMITTED = `
  select bool_and(coalesce(has_table_privilege(to_regclass(name), command), false)) as admitted
  from unnest($1::text[]) as name, unnest('{select,insert,update,delete}'::text[]) as command`;

/** What keeps tenants apart on this connection. */
export async function tenantIsolation(run: Run): Promise<TenantIsolation> {
  const [situation] = await run<{ forced: boolean; exempt: boolean; may_become: boolean }>(
    SITUATION,
    [TABLES],
    null,
  );
  if (situation?.forced !== true) return 'off';
  if (situation.may_become) {
    const [tried] = await run<{ admitted: boolean }>(IS_ADMITTED, [TABLES], tenantSettingsOf([], 'role'));
    if (tried?.admitted === true) return 'role';
  }
  return situation.exempt ? 'off' : 'forced';
}
