import { resolve } from 'node:path';
import { userId } from '../../domain/ids.ts';
import { type Environment, readConfig } from '../config/config.ts';
import type { Connection } from '../connection-file.ts';
import { openExistingOperator, openOperator, requireIssuer } from '../operator/open-operator.ts';
import { urlOf } from '../terminal/with-user-client.ts';
import { type AgentKey, keyIdOf, keyName } from './key-names.ts';
import { giveBack } from './pairing.ts';

/**
 * Makes a key in the store that the settings describe.
 * @throws ConfigError if there is none.
 */
export async function makeLocalKey(env: Environment, agent: string, user: string): Promise<AgentKey> {
  const config = readConfig(env);
  requireIssuer(config, 'name the server with --remote');
  await using opened = await openOperator(config);
  const token = await opened.operator.issue({
    userId: userId(user),
    name: keyName(agent),
    scope: 'agent',
    agentInstanceId: null,
    expiresInSeconds: null,
  });
  return {
    base_url: urlOf(config),
    token,
    key_id: keyIdOf(token),
    data_dir: resolve(config.dataDir),
    grant: null,
  };
}

/**
 * Revokes the key of a connection.
 * @throws Error if it cannot be revoked now, or is not there.
 */
export async function revokeKey(key: AgentKey, env: Environment): Promise<void> {
  const { key_id, data_dir, grant } = key;
  if (grant !== null) return giveBack(key.base_url, grant);
  await using opened = await openExistingOperator(readConfig({ ...env, DATA_DIR: data_dir ?? undefined }));
  const revoked = await opened.operator.revoke(key_id);
  if (revoked.length === 0) throw new Error(`the server at ${data_dir} does not know it`);
}

/** What a server says about a token. */
export type TokenState = 'accepted' | 'refused' | 'unreachable';

const TIMEOUT_MS = 5_000;

/** Asks a server whether it accepts a token. */
export async function stateOfToken({
  base_url,
  token,
}: Pick<Connection, 'base_url' | 'token'>): Promise<TokenState> {
  try {
    const response = await fetch(`${base_url.replace(/\/+$/, '')}/api/v1/auth/verify`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (response.ok) return 'accepted';
    return response.status === 401 || response.status === 403 ? 'refused' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}
