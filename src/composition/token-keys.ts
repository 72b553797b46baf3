import {
  readPrivateKey,
  readPublicKey,
  requireSamePair,
  type SigningKey,
  type VerificationKey,
} from '../adapters/jwt/keys.ts';
import type { Config } from './config.ts';
import { loadOrCreateKeyPair } from './key-files.ts';

/** The keys that this server's own tokens are checked by and, where it may issue any, signed with. */
export interface TokenKeys {
  readonly verification: VerificationKey;
  readonly signing: SigningKey | null;
}

/**
 * The keys from the settings; with neither set, the pair in the data folder, made at the first start.
 * With the public key alone the server verifies tokens and issues none.
 * @param onCreated told of the file when a new pair had to be made.
 * @throws Error of one line that names the variable at fault.
 */
export async function loadTokenKeys(
  config: Pick<Config, 'jwtPublicKey' | 'jwtPrivateKey' | 'dataDir'>,
  onCreated: (path: string) => void = () => {},
): Promise<TokenKeys> {
  const { jwtPublicKey, jwtPrivateKey, dataDir } = config;
  if (jwtPublicKey !== null && jwtPrivateKey === null) {
    return { verification: readPublicKey(jwtPublicKey, 'JWT_PUBLIC_KEY'), signing: null };
  }
  if (jwtPrivateKey === null) {
    const pair = await loadOrCreateKeyPair(dataDir, onCreated);
    return { verification: pair, signing: pair };
  }
  const pair = readPrivateKey(jwtPrivateKey, 'JWT_PRIVATE_KEY');
  if (jwtPublicKey !== null) {
    requireSamePair(pair, readPublicKey(jwtPublicKey, 'JWT_PUBLIC_KEY'), 'JWT_PUBLIC_KEY');
  }
  return { verification: pair, signing: pair };
}
