import { createClient, DashboardError, type PeopleSide } from '../../adapters/client/client.ts';
import { userId } from '../../domain/ids.ts';
import { type Config, type Environment, readConfig } from '../config.ts';
import { openOperator } from '../open-operator.ts';

/** Where the server is, and as whom to speak to it. */
export interface PersonOptions {
  readonly baseUrl?: string;
  readonly apiKey?: string;
  /** Whose agents, where the key is made here. */
  readonly user?: string;
}

/** Somebody sits in front of it: a server that is not there is told soon. */
const PATIENCE_MS = 2_000;

/**
 * Does `work` as a person: with the key that was given, else with one made for a while by the operator of the
 * server that the settings describe.
 * @throws Error of one line for what is wrong with the address or the key; else what `work` throws.
 */
export async function asPerson<Result>(
  env: Environment,
  options: PersonOptions & { readonly keyLifeSeconds: number },
  work: (people: PeopleSide) => Promise<Result>,
): Promise<Result> {
  const { baseUrl, token } = await wherePersonIs(env, options);
  try {
    return await work(createClient({ baseUrl, token, patienceMs: PATIENCE_MS }).people);
  } catch (error) {
    if (!(error instanceof DashboardError)) throw error;
    if (error.code === 'unreachable') throw new Error(`No server answers at ${baseUrl}`, { cause: error });
    if (error.status === 401) throw new Error('The key is not accepted (any more)');
    throw error;
  }
}

async function wherePersonIs(
  env: Environment,
  { baseUrl, apiKey, user = 'local', keyLifeSeconds }: PersonOptions & { readonly keyLifeSeconds: number },
): Promise<{ baseUrl: string; token: string }> {
  const url = baseUrl ?? (env.AGENT_DASHBOARD_URL || undefined);
  const key = apiKey ?? (env.AGENT_DASHBOARD_API_KEY || undefined);
  if (url !== undefined && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw new Error(`--base-url should be an http or https URL, not ${JSON.stringify(url)}`);
  }
  if (url !== undefined && key !== undefined) return { baseUrl: url, token: key };
  const config = readConfig(env);
  return { baseUrl: url ?? urlOf(config), token: key ?? (await shortLivedKey(config, user, keyLifeSeconds)) };
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
