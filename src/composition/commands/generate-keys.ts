import { generateKeyPair } from '../../adapters/jwt/keys.ts';

/** Prints a new pair as two lines for an env file; line breaks within a key are written `\n`. */
export async function generateKeys(algorithm: 'ed25519' | 'rsa-2048'): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  process.stdout.write(`JWT_PRIVATE_KEY="${oneLine(privateKey)}"\nJWT_PUBLIC_KEY="${oneLine(publicKey)}"\n`);
}

const oneLine = (pem: string): string => pem.trim().replaceAll('\n', '\\n');
