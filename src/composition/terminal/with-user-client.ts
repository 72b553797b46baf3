import { decodeJwt } from 'jose';
import { createClient, DashboardError, type PeopleClient } from '../../adapters/client/client.ts';
import { userId } from '../../domain/ids.ts';
import { type Config, type Environment, readConfig } from '../config/config.ts';
import { openOperator, requireIssuer } from '../operator/open-operator.ts';
import { typedCommand } from '../typed-command.ts';
import { readServerUrl, readToken } from './server-address.ts';

/** The options of the commands that call a running server for a person. */
export interface UserClientOptions {
  readonly baseUrl?: string;
  readonly apiKey?: string;
  /** The user whose agents are shown, when no token is given. */
  readonly user?: string;
}

/**
 * How long the first check waits for a server, and how long a call is tried again. It is short, because a
 * person is waiting at the terminal.
 */
const RETRY_FOR_MS = 2_000;

/**
 * Runs `work` with a client for a person. Uses the given token. Without one it issues a token in the store
 * that the settings describe, and revokes it afterwards.
 * @throws UsageError when an option is wrong.
 * @throws Error when no server is at the address, or it does not accept the token. Also throws what `work`
 * throws.
 */
export async function withUserClient<Result>(
  env: Environment,
  options: UserClientOptions & { readonly keyLifeSeconds: number },
  work: (people: PeopleClient) => Promise<Result>,
): Promise<Result> {
  const givenUrl = readServerUrl(env, options);
  const givenToken = readToken(env, options);
  if (givenUrl !== null && givenToken !== null) return callAs(givenUrl, givenToken, work);
  const config = readConfig(env);
  const baseUrl = givenUrl ?? urlOf(config);
  if (givenToken !== null) return callAs(baseUrl, givenToken, work);
  requireIssuer(config, 'give --api-key');
  // The server is checked first, because without it no token is needed.
  await requireServer(baseUrl);
  const token = await issueShortLivedToken(config, options);
  try {
    return await callAs(baseUrl, token, work);
  } finally {
    // A failure is ignored, because the token also expires.
    await revoke(config, token).catch(() => {});
  }
}

async function callAs<Result>(
  baseUrl: string,
  token: string,
  work: (people: PeopleClient) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(createClient({ baseUrl, token, retryForMs: RETRY_FOR_MS }).people);
  } catch (error) {
    if (!(error instanceof DashboardError)) throw error;
    if (error.code === 'unreachable') throw noServerAt(baseUrl, error);
    if (error.status === 401) throw new Error('The server does not accept the token (any more)');
    throw error;
  }
}

/** Checks that a server responds. Accepts any response, because the first real call checks more. */
async function requireServer(baseUrl: string): Promise<void> {
  try {
    const signal = AbortSignal.timeout(RETRY_FOR_MS);
    const response = await fetch(new URL('/health', baseUrl), { redirect: 'manual', signal });
    await response.body?.cancel();
  } catch (error) {
    throw noServerAt(baseUrl, error as Error);
  }
}

/**
 * Makes an error whose message contains the first cause. The error itself has no `cause`, because the command
 * line would print the same reason twice.
 */
function noServerAt(baseUrl: string, error: Error): Error {
  let firstCause = error;
  while (firstCause.cause instanceof Error) firstCause = firstCause.cause;
  const { code, message }: NodeJS.ErrnoException = firstCause;
  return new Error(
    `No server answers at ${baseUrl} (${code ?? message}). Start one (${typedCommand('serve')}), or say where ` +
      'it is with --base-url or MCP_SERVER_PORT',
  );
}

async function issueShortLivedToken(
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

/** Revokes the token in the store where it was issued: the server may be gone, or use another store. */
async function revoke(config: Config, token: string): Promise<void> {
  const { jti } = decodeJwt(token);
  await using opened = await openOperator(config);
  if (jti !== undefined) await opened.operator.revoke(jti);
}

/** Returns the address at which a server with these settings can be reached from its own machine. */
export function urlOf({ publicUrl, host, port }: Config): string {
  if (publicUrl !== null) return publicUrl;
  const reachableHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachableHost.includes(':') ? `[${reachableHost}]` : reachableHost}:${port}`;
}
