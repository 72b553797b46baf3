import { hash } from 'node:crypto';
import { JwtVerifier } from '../../src/adapters/jwt/jwt-verifier.ts';
import { systemClock } from '../../src/adapters/runtime/system.ts';
import type { UserId } from '../../src/domain/ids.ts';
import type { ApiKey } from '../../src/domain/user/api-key.ts';
import { anApiKey, newKeyId, userIdOf } from '../support/builders.ts';
import { WatchedKeys } from './jwt/known-tokens/watched-keys.ts';
import { pairs, signedToken } from './jwt/signed-tokens.ts';
import { RecordedLog } from './signals/recorded-log.ts';

/** The difference between clocks that the verifier accepts. */
const SKEW_SECONDS = 30;

export interface IssuedKey {
  readonly userId: UserId;
  readonly key: ApiKey;
  readonly token: string;
}

/** Real tokens whose keys are in memory, and the real verifier for them, for a server under test. */
export class IssuedKeys implements AsyncDisposable {
  readonly apiKeys = new WatchedKeys();
  /** Looks for expired keys every 50 ms. */
  readonly tokens = new JwtVerifier({
    keys: [pairs.EdDSA],
    store: { apiKeys: this.apiKeys, removal: null, signals: this.apiKeys.signals },
    clock: systemClock,
    logger: new RecordedLog(),
    timing: { checkIntervalMs: 50 },
  });

  async issue(claims: object = {}, userId = userIdOf('ann')): Promise<IssuedKey> {
    const id = newKeyId();
    const token = signedToken({ sub: userId, jti: id, ...claims });
    const key = anApiKey({ id, tokenHash: hash('sha256', token, 'base64url') });
    await this.apiKeys.store(userId, key);
    return { userId, key, token };
  }

  /** Issues a key that expires within two seconds. */
  issueBriefly(): Promise<IssuedKey> {
    return this.issue({ exp: Math.ceil(Date.now() / 1000) - SKEW_SECONDS + 1 });
  }

  revoke({ userId, key }: IssuedKey): Promise<void> {
    return this.apiKeys.revoke(userId, key);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.tokens.close();
  }
}
