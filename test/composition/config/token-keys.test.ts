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

describe('the keys', () => {
  test('are the data folder’s where neither variable is set, and stay so', async () => {
    const first = await load(null, null);
    const second = await load(null, null);
    expect(first.signing).not.toBeNull();
    expect(second.verification.map(({ keyId }) => keyId)).toEqual(
      first.verification.map(({ keyId }) => keyId),
    );
  });

  test('are those of JWT_PRIVATE_KEY, and nothing is made in the data folder', async () => {
    const { verification, signing } = await load(ed25519.privateKey, null);
    expect(pemsOf(verification)).toEqual([spki(ed25519.publicKey)]);
    expect(signing?.algorithm).toBe('EdDSA');
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('verify only with JWT_PUBLIC_KEY alone, even where the data folder has a pair', async () => {
    await load(null, null);
    const { verification, signing } = await load(null, ed25519.publicKey);
    expect(signing).toBeNull();
    expect(pemsOf(verification)).toEqual([spki(ed25519.publicKey)]);
  });

  test('may both be given, with line breaks written \\n', async () => {
    const oneLine = (pem: string) => pem.trim().replaceAll('\n', '\\n');
    const keys = await load(oneLine(ed25519.privateKey), oneLine(ed25519.publicKey));
    expect(keys.signing).not.toBeNull();
  });
});

test('several public keys check tokens; the one private key signs', async () => {
  const others = [await generateKeyPair('ed25519'), await generateKeyPair('rsa-2048')];
  const all = [others[0]!, ed25519, others[1]!].map(({ publicKey }) => publicKey);
  const { verification, signing } = await load(ed25519.privateKey, all.join(''));
  expect(pemsOf(verification)).toEqual(all);
  expect(verification.map(({ keyId }) => keyId)[1]).toBe(signing?.keyId);
  expect((await load(null, all.join(''))).verification).toHaveLength(3);
});

describe('short RSA keys', () => {
  test('are refused in either variable, with the flag they need', async () => {
    const short = await generateKeyPair('rsa-512');
    await expect(load(short.privateKey, null)).rejects.toThrow(
      /^JWT_PRIVATE_KEY .*ALLOW_SHORT_RSA_KEYS=true/,
    );
    await expect(load(null, short.publicKey)).rejects.toThrow(/^JWT_PUBLIC_KEY .*ALLOW_SHORT_RSA_KEYS=true/);
  });

  test('are read with the flag, in the data folder too', async () => {
    const short = await generateKeyPair('rsa-512');
    const keys = await load(short.privateKey, short.publicKey + ed25519.publicKey, true);
    expect(keys.verification.map(({ strength }) => strength)).toEqual(['short', 'full']);
    expect(keys.signing?.strength).toBe('short');
    await writeFile(join(folder.path, 'jwt-private-key.pem'), short.privateKey, { mode: 0o600 });
    await expect(load(null, null)).rejects.toThrow(/^DATA_DIR: .*ALLOW_SHORT_RSA_KEYS=true/);
    expect((await load(null, null, true)).signing?.strength).toBe('short');
  });
});

describe('the start is refused by one line that names the variable', () => {
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
  const locked = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
  });
  const must =
    /must be a PEM (private|public) key.*\(Ed25519, P-256, or RSA of at least 2048 bits(; RSA of 512 .* ALLOW_SHORT_RSA_KEYS=true)?\)$/;

  test.each([
    ['no PEM', 'hunter2-hunter2', 'hunter2-hunter2'],
    ['a file name', '/etc/agent-dashboard/key.pem', '/etc/agent-dashboard/key.pem'],
    ['torn PEM', ed25519Torn('PRIVATE'), ed25519Torn('PUBLIC')],
    ['RSA of 1024 bits', weak.privateKey, weak.publicKey],
    ['another curve', other.privateKey, other.publicKey],
    ['the other half', other.publicKey, weak.privateKey],
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

  test('a private key with a passphrase', async () => {
    await expect(load(locked.privateKey, null)).rejects.toThrow(
      /^JWT_PRIVATE_KEY must .* without a passphrase/,
    );
  });

  test('two halves of different pairs', async () => {
    const stranger = await generateKeyPair('ed25519');
    await expect(load(ed25519.privateKey, stranger.publicKey)).rejects.toThrow(
      /^JWT_PUBLIC_KEY must belong to the private key$/,
    );
  });

  test('a data folder that cannot be', async () => {
    await load(null, null);
    const dataDir = join(folder.path, 'jwt-private-key.pem');
    const config = { jwtPrivateKey: null, jwtPublicKey: null, allowShortRsaKeys: false, dataDir };
    await expect(loadTokenKeys(config)).rejects.toThrow(/^DATA_DIR must be a folder .*ENOTDIR/);
  });
});

function ed25519Torn(kind: 'PRIVATE' | 'PUBLIC'): string {
  return `-----BEGIN ${kind} KEY-----\nMC4CAQAwBQYDK2Vw\n-----END ${kind} KEY-----\n`;
}
