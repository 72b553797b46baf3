import {
  readPrivateKey,
  readPublicKeys,
  requireSamePair,
  type SigningKey,
  type VerificationKey,
} from '../../adapters/jwt/keys/keys.ts';
import type { Config } from './config.ts';
import { loadOrCreateKeyPair } from './key-files.ts';

/** The keys that check and sign this server's own tokens. */
export interface TokenKeys {
  readonly verification: readonly VerificationKey[];
  /** Null when this server must not issue tokens. */
  readonly signing: SigningKey | null;
}

/**
 * Reads the keys from the settings. When neither setting is set, it uses the pair in the data folder, which
 * the first start makes. With public keys only, the server verifies tokens and does not issue any. There may
 * be several public keys beside a private key. To replace the pair: add the new public key everywhere, then
 * replace the private key, and remove the old public key when its tokens have expired.
 * @param onCreated called with the file's path when a new pair was made.
 * @throws Error when a key is wrong, or the private key belongs to none of the public keys. Its message is
 * one line that names the variable.
 */
export async function loadTokenKeys(
  config: Pick<Config, 'jwtPublicKey' | 'jwtPrivateKey' | 'allowShortRsaKeys' | 'dataDir'>,
  onCreated: (path: string) => void = () => {},
): Promise<TokenKeys> {
  const { jwtPublicKey, jwtPrivateKey, allowShortRsaKeys, dataDir } = config;
  const options = { allowShortRsa: allowShortRsaKeys };
  const publicKeys = jwtPublicKey === null ? null : readPublicKeys(jwtPublicKey, 'JWT_PUBLIC_KEY', options);
  if (jwtPrivateKey === null) {
    if (publicKeys !== null) return { verification: publicKeys, signing: null };
    const pair = await loadOrCreateKeyPair(dataDir, onCreated, options);
    return { verification: [pair], signing: pair };
  }
  const pair = readPrivateKey(jwtPrivateKey, 'JWT_PRIVATE_KEY', options);
  if (publicKeys !== null) requireSamePair(pair, publicKeys, 'JWT_PUBLIC_KEY');
  return { verification: publicKeys ?? [pair], signing: pair };
}
