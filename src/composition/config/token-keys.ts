import {
  readPrivateKey,
  readPublicKeys,
  requireSamePair,
  type SigningKey,
  type VerificationKey,
} from '../../adapters/jwt/keys/keys.ts';
import type { Config } from './config.ts';
import { loadOrCreateKeyPair } from './key-files.ts';

/** The keys that this server's own tokens are checked by and, where it may issue any, signed with. */
export interface TokenKeys {
  readonly verification: readonly VerificationKey[];
  readonly signing: SigningKey | null;
}

/**
 * The keys from the settings; with neither set, the pair in the data folder, made at the first start.
 * With public keys alone the server verifies tokens and issues none. Beside a private key they may be
 * several: to exchange the pair, the new public key is added everywhere, then the private key exchanged,
 * and the old public key taken out when its tokens have gone.
 * @param onCreated told of the file when a new pair had to be made.
 * @throws Error of one line that names the variable at fault.
 */
export async function loadTokenKeys(
  config: Pick<Config, 'jwtPublicKey' | 'jwtPrivateKey' | 'allowShortRsaKeys' | 'dataDir'>,
  onCreated: (path: string) => void = () => {},
): Promise<TokenKeys> {
  const { jwtPublicKey, jwtPrivateKey, allowShortRsaKeys, dataDir } = config;
  const reading = { allowShortRsa: allowShortRsaKeys };
  const publicKeys = jwtPublicKey === null ? null : readPublicKeys(jwtPublicKey, 'JWT_PUBLIC_KEY', reading);
  if (jwtPrivateKey === null) {
    if (publicKeys !== null) return { verification: publicKeys, signing: null };
    const pair = await loadOrCreateKeyPair(dataDir, onCreated, reading);
    return { verification: [pair], signing: pair };
  }
  const pair = readPrivateKey(jwtPrivateKey, 'JWT_PRIVATE_KEY', reading);
  if (publicKeys !== null) requireSamePair(pair, publicKeys, 'JWT_PUBLIC_KEY');
  return { verification: publicKeys ?? [pair], signing: pair };
}
