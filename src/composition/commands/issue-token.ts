import { JwtIssuer } from '../../adapters/jwt/jwt-issuer.ts';
import { systemClock } from '../../adapters/runtime/system.ts';
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
  const { signing } = await loadTokenKeys(readConfig(env), (path) => {
    process.stderr.write(`Made a new key: ${path}. Only a server with this DATA_DIR accepts its tokens.\n`);
  });
  if (signing === null) {
    throw new ConfigError('JWT_PRIVATE_KEY must be set to issue tokens: there is only a JWT_PUBLIC_KEY');
  }
  const issuer = new JwtIssuer({ key: signing, clock: systemClock });
  const token = await issuer.issue({
    userId: options.user,
    scopes: [options.scope],
    expiresInSeconds: options.expires ?? null,
  });
  process.stdout.write(`${token}\n`);
}
