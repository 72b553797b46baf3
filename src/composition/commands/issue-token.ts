import { randomBytes } from 'node:crypto';
import { JwtIssuer } from '../../adapters/jwt/jwt-issuer.ts';
import { systemClock } from '../../adapters/runtime/system.ts';
import type { ApiKeyId } from '../../domain/api-key.ts';
import { userId } from '../../domain/ids.ts';
import type { Scope } from '../../ports/token-verifier.ts';
import { ConfigError, type Environment, readConfig } from '../config.ts';
import { loadTokenKeys } from '../token-keys.ts';

export interface IssueTokenOptions {
  readonly user: string;
  readonly scope: Scope;
  /** In seconds; without it the token never expires. */
  readonly expires?: number;
}

/** Prints a new token on stdout. Needs the keys only, so it does not matter whether the server runs. */
export async function issueToken(env: Environment, options: IssueTokenOptions): Promise<void> {
  const { verification, signing } = await loadTokenKeys(readConfig(env), (path) => {
    process.stderr.write(`Made a new key: ${path}. Only a server with this DATA_DIR accepts its tokens.\n`);
  });
  if (signing === null) {
    throw new ConfigError('JWT_PRIVATE_KEY must be set to issue tokens: there is only a JWT_PUBLIC_KEY');
  }
  const createdAt = systemClock.now();
  const issuer = new JwtIssuer({ key: signing, namesKey: verification.length > 1 });
  const token = await issuer.issue({
    id: randomBytes(12).toString('base64url') as ApiKeyId,
    userId: userId(options.user),
    scope: options.scope,
    agentInstanceId: null,
    createdAt,
    expiresAt: options.expires === undefined ? null : new Date(createdAt.getTime() + options.expires * 1000),
  });
  process.stdout.write(`${token}\n`);
}
