import { userId } from '../../domain/ids.ts';
import { type Config, type Environment, readConfig } from '../config.ts';
import { openOperator } from '../open-operator.ts';
import { DashboardApi } from './dashboard-api.ts';

/** Where the server is, and as whom to speak to it. */
export interface PersonOptions {
  readonly baseUrl?: string;
  readonly apiKey?: string;
  /** Whose agents, where the key is made here. */
  readonly user?: string;
}

/**
 * The API for a person: with the key that was given, else with one made for a while by the operator of the
 * server that the settings describe.
 */
export async function openPerson(
  env: Environment,
  { baseUrl, apiKey, user = 'local' }: PersonOptions,
  expiresInSeconds: number,
): Promise<DashboardApi> {
  const url = baseUrl ?? (env.AGENT_DASHBOARD_URL || undefined);
  const key = apiKey ?? (env.AGENT_DASHBOARD_API_KEY || undefined);
  if (url !== undefined && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw new Error(`--base-url should be an http or https URL, not ${JSON.stringify(url)}`);
  }
  if (url !== undefined && key !== undefined) return new DashboardApi(url, key);
  const config = readConfig(env);
  return new DashboardApi(url ?? urlOf(config), key ?? (await shortLivedKey(config, user, expiresInSeconds)));
}

async function shortLivedKey(config: Config, user: string, expiresInSeconds: number): Promise<string> {
  await using opened = await openOperator(config);
  return await opened.operator.issue({
    userId: userId(user),
    name: 'terminal',
    scope: 'dashboard',
    agentInstanceId: null,
    expiresInSeconds,
  });
}

function urlOf({ publicUrl, host, port }: Config): string {
  if (publicUrl !== null) return publicUrl;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
