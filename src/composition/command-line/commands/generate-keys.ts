import { generateKeyPair, type KeyKind } from '../../../adapters/jwt/keys/keys.ts';

const SHORT_RSA_WARNING = `Warning: RSA of 512 bits is weak. Use ed25519, whose tokens are as short, unless you already have such keys.
- Keep the public key on the server: factoring its 512 bits costs a few dollars, and then anybody can sign
  tokens like you.
- Keeping it secret is not enough: anybody can compute it from two tokens. So the server accepts such a token
  only with the scope agent, and only if it has issued or imported exactly that token.
- Without ALLOW_SHORT_RSA_KEYS=true the server accepts no such key at all.
`;

/** Prints a new pair as two lines for an env file. Each line break within a key is written as `\n`. */
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
