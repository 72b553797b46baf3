import { generateKeyPair, type KeyKind } from '../../../adapters/jwt/keys/keys.ts';

const SHORT_RSA_WARNING = `Warning: RSA of 512 bits is weak. Take ed25519, whose tokens are as short, unless you hold such keys already.
- The public key must not leave the server: its 512 bits are factored for a few dollars, and whoever has
  done that signs like you.
- To keep it secret is not enough: from any two tokens it can be worked out by a gcd. So the server takes
  such a token only for the scope agent, and only if it has issued or imported that very token.
- It takes none at all without ALLOW_SHORT_RSA_KEYS=true.
`;

/** Prints a new pair as two lines for an env file; line breaks within a key are written `\n`. */
export async function generateKeys({ alg, json }: { alg: KeyKind; json: boolean }): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  if (alg === 'rsa-512') process.stderr.write(SHORT_RSA_WARNING);
  if (json) {
    const pair = { JWT_PRIVATE_KEY: privateKey, JWT_PUBLIC_KEY: publicKey };
    process.stdout.write(`${JSON.stringify(pair)}\n`);
    return;
  }
  process.stdout.write(`JWT_PRIVATE_KEY="${oneLine(privateKey)}"\nJWT_PUBLIC_KEY="${oneLine(publicKey)}"\n`);
}

const oneLine = (pem: string): string => pem.trim().replaceAll('\n', '\\n');
