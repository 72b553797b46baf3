import { decodeJwt } from 'jose';
import { createClient, DashboardError, type PeopleClient } from '../../adapters/client/client.ts';
import { userId } from '../../domain/ids.ts';
import { type Config, type Environment, readConfig } from '../config/config.ts';
import { openOperator, requireStore } from '../operator/open-operator.ts';
import { givenKey, givenUrl } from './server-address.ts';

/** Where the server is, and as whom to speak to it. */
export interface UserClientOptions {
  readonly baseUrl?: string;
  readonly apiKey?: string;
  /** Whose agents, where the key is made here. */
  readonly user?: string;
}

/** Somebody sits in front of it: a server that is not there is told soon. */
const PATIENCE_MS = 2_000;

/**
 * Does `work` as a person: with the key that was given, else with one that the operator of the server that the
 * settings describe makes, and revokes after it.
 * @throws UsageError, or Error of one line for what is wrong with the address or the key; else what `work` throws.
 */
export async function withUserClient<Result>(
  env: Environment,
  options: UserClientOptions & { readonly keyLifeSeconds: number },
  work: (people: PeopleClient) => Promise<Result>,
): Promise<Result> {
  const url = givenUrl(env, options);
  const key = givenKey(env, options);
  if (url !== null && key !== null) return speaking(url, key, work);
  const config = readConfig(env);
  const baseUrl = url ?? urlOf(config);
  if (key !== null) return speaking(baseUrl, key, work);
  requireStore(config, ', or give --api-key');
  // Asked before: for nobody to take it, no key need be made.
  await requireServer(baseUrl);
  const token = await shortLivedKey(config, options);
  try {
    return await speaking(baseUrl, token, work);
  } finally {
    // It ends by itself, too.
    await revoke(config, token).catch(() => {});
  }
}

async function speaking<Result>(
  baseUrl: string,
  token: string,
  work: (people: PeopleClient) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(createClient({ baseUrl, token, retryForMs: PATIENCE_MS }).people);
  } catch (error) {
    if (!(error instanceof DashboardError)) throw error;
    if (error.code === 'unreachable') throw noServer(baseUrl, error);
    if (error.status === 401) throw new Error('The key is not accepted (any more)');
    throw error;
  }
}

/** Whoever answers, and whatever: the first real call tells more. */
async function requireServer(baseUrl: string): Promise<void> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(new URL('/health', baseUrl), { redirect: 'manual', signal });
    await answer.body?.cancel();
  } catch (error) {
    throw noServer(baseUrl, error as Error);
  }
}

/** Not with its cause, which says the same in other words. */
function noServer(baseUrl: string, error: Error): Error {
  let first = error;
  while (first.cause instanceof Error) first = first.cause;
  const { code, message }: NodeJS.ErrnoException = first;
  return new Error(
    `No server answers at ${baseUrl} (${code ?? message}). Start one with serve, or say where it is with ` +
      '--base-url or MCP_SERVER_PORT',
  );
}

async function shortLivedKey(
  config: Config,
  { user = 'local', keyLifeSeconds }: UserClientOptions & { readonly keyLifeSeconds: number },
): Promise<string> {
  await using opened = await openOperator(config);
  return await opened.operator.issue({
    userId: userId(user),
    name: 'terminal',
    scope: 'dashboard',
    agentInstanceId: null,
    expiresInSeconds: keyLifeSeconds,
  });
}

/** By the operator, as it was made: the server that was spoken to may be gone, or know nothing of the key. */
async function revoke(config: Config, token: string): Promise<void> {
  const { jti } = decodeJwt(token);
  await using opened = await openOperator(config);
  if (jti !== undefined) await opened.operator.revoke(jti);
}

function urlOf({ publicUrl, host, port }: Config): string {
  if (publicUrl !== null) return publicUrl;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
