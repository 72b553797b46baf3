import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generateKeyPair, type PemPair, type VerificationKey } from '../../../src/adapters/jwt/keys/keys.ts';
import { loadTokenKeys } from '../../../src/composition/config/token-keys.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

let folder: TemporaryFolder;
let ed25519: PemPair;
beforeEach(async () => {
  folder = await temporaryFolder();
  ed25519 = await generateKeyPair('ed25519');
});
afterEach(() => folder[Symbol.asyncDispose]());

const load = (jwtPrivateKey: string | null, jwtPublicKey: string | null, allowShortRsaKeys = false) =>
  loadTokenKeys({ jwtPrivateKey, jwtPublicKey, allowShortRsaKeys, dataDir: folder.path });

const pemsOf = (keys: readonly VerificationKey[]) =>
  keys.map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' }));

const spki = (pem: string) => createPublicKey(pem).export({ type: 'spki', format: 'pem' });

describe('the token keys', () => {
  test('are kept in the data folder when neither variable is set, and stay the same', async () => {
    const first = await load(null, null);
    const second = await load(null, null);
    expect(first.signing).not.toBeNull();
    expect(second.verification.map(({ keyId }) => keyId)).toEqual(
      first.verification.map(({ keyId }) => keyId),
    );
  });

  test('come from JWT_PRIVATE_KEY when it is set, and nothing is written to the data folder', async () => {
    const { verification, signing } = await load(ed25519.privateKey, null);
    expect(pemsOf(verification)).toEqual([spki(ed25519.publicKey)]);
    expect(signing?.algorithm).toBe('EdDSA');
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('can only verify when JWT_PUBLIC_KEY alone is set, even if the data folder has a key pair', async () => {
    await load(null, null);
    const { verification, signing } = await load(null, ed25519.publicKey);
    expect(signing).toBeNull();
    expect(pemsOf(verification)).toEqual([spki(ed25519.publicKey)]);
  });

  test('may both be set, with line breaks written as \\n', async () => {
    const oneLine = (pem: string) => pem.trim().replaceAll('\n', '\\n');
    const keys = await load(oneLine(ed25519.privateKey), oneLine(ed25519.publicKey));
    expect(keys.signing).not.toBeNull();
  });
});

test('several public keys can verify tokens; the one private key signs', async () => {
  const others = [await generateKeyPair('ed25519'), await generateKeyPair('rsa-2048')];
  const all = [others[0]!, ed25519, others[1]!].map(({ publicKey }) => publicKey);
  const { verification, signing } = await load(ed25519.privateKey, all.join(''));
  expect(pemsOf(verification)).toEqual(all);
  expect(verification.map(({ keyId }) => keyId)[1]).toBe(signing?.keyId);
  expect((await load(null, all.join(''))).verification).toHaveLength(3);
});

describe('short RSA keys', () => {
  test('are refused in either variable, with an error that names ALLOW_SHORT_RSA_KEYS', async () => {
    const short = await generateKeyPair('rsa-512');
    await expect(load(short.privateKey, null)).rejects.toThrow(
      /^JWT_PRIVATE_KEY .*ALLOW_SHORT_RSA_KEYS=true/,
    );
    await expect(load(null, short.publicKey)).rejects.toThrow(/^JWT_PUBLIC_KEY .*ALLOW_SHORT_RSA_KEYS=true/);
  });

  test('are accepted with ALLOW_SHORT_RSA_KEYS, in the data folder too', async () => {
    const short = await generateKeyPair('rsa-512');
    const keys = await load(short.privateKey, short.publicKey + ed25519.publicKey, true);
    expect(keys.verification.map(({ strength }) => strength)).toEqual(['short', 'full']);
    expect(keys.signing?.strength).toBe('short');
    await writeFile(join(folder.path, 'jwt-private-key.pem'), short.privateKey, { mode: 0o600 });
    await expect(load(null, null)).rejects.toThrow(/^DATA_DIR: .*ALLOW_SHORT_RSA_KEYS=true/);
    expect((await load(null, null, true)).signing?.strength).toBe('short');
  });
});

describe('the start is refused with one line that names the variable', () => {
  const weak = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const other = generateKeyPairSync('ec', {
    namedCurve: 'secp384r1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const encrypted = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
  });
  const must =
    /must be a PEM (private|public) key.*\(Ed25519, P-256, or RSA of at least 2048 bits(; RSA of 512 .* ALLOW_SHORT_RSA_KEYS=true)?\)$/;

  test.each([
    ['for a text that is no PEM', 'hunter2-hunter2', 'hunter2-hunter2'],
    ['for a file name', '/etc/agent-dashboard/key.pem', '/etc/agent-dashboard/key.pem'],
    ['for a cut PEM', cutEd25519Pem('PRIVATE'), cutEd25519Pem('PUBLIC')],
    ['for an RSA key of 1024 bits', weak.privateKey, weak.publicKey],
    ['for a key of an unsupported curve', other.privateKey, other.publicKey],
    ['for a public key as the private one, and the reverse', other.publicKey, weak.privateKey],
  ])('%s', async (_name, privateKey, publicKey) => {
    for (const [name, refused, secret] of [
      ['JWT_PRIVATE_KEY', load(privateKey, null), privateKey],
      ['JWT_PUBLIC_KEY', load(null, publicKey), publicKey],
      ['JWT_PUBLIC_KEY', load(ed25519.privateKey, publicKey), publicKey],
    ] as const) {
      const { message } = await refused.then(
        () => expect.unreachable(),
        (error: Error) => error,
      );
      expect(message).toMatch(must);
      expect(message.startsWith(`${name} `)).toBe(true);
      expect(message).not.toContain('\n');
      for (const line of secret.split('\n').filter((part) => part !== '' && !part.startsWith('---')))
        expect(message).not.toContain(line);
    }
  });

  test('for a private key with a passphrase', async () => {
    await expect(load(encrypted.privateKey, null)).rejects.toThrow(
      /^JWT_PRIVATE_KEY must .* without a passphrase/,
    );
  });

  test('for public and private keys of different pairs', async () => {
    const stranger = await generateKeyPair('ed25519');
    await expect(load(ed25519.privateKey, stranger.publicKey)).rejects.toThrow(
      /^JWT_PUBLIC_KEY must belong to the private key$/,
    );
  });

  test('for a data folder that cannot be created', async () => {
    await load(null, null);
    const dataDir = join(folder.path, 'jwt-private-key.pem');
    const config = { jwtPrivateKey: null, jwtPublicKey: null, allowShortRsaKeys: false, dataDir };
    await expect(loadTokenKeys(config)).rejects.toThrow(/^DATA_DIR must be a folder .*ENOTDIR/);
  });
});

function cutEd25519Pem(kind: 'PRIVATE' | 'PUBLIC'): string {
  return `-----BEGIN ${kind} KEY-----\nMC4CAQAwBQYDK2Vw\n-----END ${kind} KEY-----\n`;
}
