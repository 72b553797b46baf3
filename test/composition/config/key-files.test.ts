import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeyPair } from '../../../src/adapters/jwt/keys/keys.ts';
import { generateKeyPair } from '../../../src/adapters/jwt/keys/keys.ts';
import { loadOrCreateKeyPair } from '../../../src/composition/config/key-files.ts';

const FILE = 'jwt-private-key.pem';
let home: string;
let dataDir: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'agent-dashboard-keys-'));
  dataDir = join(home, 'new', 'data');
});
afterEach(() => rm(home, { recursive: true, force: true }));

const spki = ({ publicKey }: KeyPair) => publicKey.export({ type: 'spki', format: 'pem' }).toString();
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe('the first start', () => {
  test('makes an Ed25519 key pair in a file that only its owner can read', async () => {
    expect((await loadOrCreateKeyPair(dataDir)).algorithm).toBe('EdDSA');
    expect(await modeOf(dataDir)).toBe('700');
    expect(await modeOf(join(dataDir, FILE))).toBe('600');
    expect(await readdir(dataDir)).toEqual(['.gitignore', FILE]);
  });

  test('does not change the mode of an existing folder', async () => {
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
    await chmod(dataDir, 0o755);
    await loadOrCreateKeyPair(dataDir);
    expect(await modeOf(dataDir)).toBe('755');
  });
});

test('every later start reads the same key pair', async () => {
  const first = spki(await loadOrCreateKeyPair(dataDir));
  const text = await readFile(join(dataDir, FILE), 'utf8');
  expect(spki(await loadOrCreateKeyPair(dataDir))).toBe(first);
  expect(await readFile(join(dataDir, FILE), 'utf8')).toBe(text);
});

test('a key file that the operator wrote is used, also with RSA', async () => {
  await mkdir(dataDir, { recursive: true });
  const { privateKey, publicKey } = await generateKeyPair('rsa-2048');
  await writeFile(join(dataDir, FILE), privateKey, { mode: 0o600 });
  expect(spki(await loadOrCreateKeyPair(dataDir))).toBe(publicKey);
});

describe('concurrent starts all get the same key pair', () => {
  test('with 100 starts in one process, 10 times', async () => {
    for (let round = 0; round < 10; round++) {
      const folder = join(dataDir, String(round));
      const all = await Promise.all(Array.from({ length: 100 }, () => loadOrCreateKeyPair(folder)));
      expect(new Set(all.map(spki)).size).toBe(1);
      expect(await readdir(folder)).toEqual(['.gitignore', FILE]);
    }
  });

  test('with 12 processes, in 20 folders', async () => {
    const module = new URL('../../../src/composition/config/key-files.ts', import.meta.url).href;
    const startAt = Date.now() + 3000;
    // All processes wait for the same moment, then race through the folders in the same order.
    const script = `
      const { loadOrCreateKeyPair } = await import(${JSON.stringify(module)});
      const keys = [];
      await new Promise((resolve) => setTimeout(resolve, ${startAt} - Date.now()));
      for (let folder = 0; folder < 20; folder++) {
        const { publicKey } = await loadOrCreateKeyPair(${JSON.stringify(dataDir)} + '/' + folder);
        keys.push(publicKey.export({ type: 'spki', format: 'pem' }));
      }
      console.log(JSON.stringify(keys));`;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const outputs = await Promise.all(Array.from({ length: 12 }, run));
    const keys: string[][] = outputs.map(({ stdout }) => JSON.parse(stdout));
    for (let folder = 0; folder < 20; folder++) {
      const expected = spki(await loadOrCreateKeyPair(join(dataDir, String(folder))));
      expect(new Set(keys.map((ofProcess) => ofProcess[folder]))).toEqual(new Set([expected]));
      expect(await readdir(join(dataDir, String(folder)))).toEqual(['.gitignore', FILE]);
    }
  });
});

describe('the start is refused with one line', () => {
  test.each([0o640, 0o604, 0o660])(
    'if others may read the key file (%o), and its mode is not changed',
    async (mode) => {
      await loadOrCreateKeyPair(dataDir);
      const path = join(dataDir, FILE);
      await chmod(path, mode);
      await expect(loadOrCreateKeyPair(dataDir)).rejects.toThrow(
        `DATA_DIR: ${path} must be readable by its owner only; chmod 600 it, or delete it if others may have read it`,
      );
      expect(await modeOf(path)).toBe(mode.toString(8));
    },
  );

  test.each(['', 'hello'])('if the key file holds %j, and it is not replaced', async (text) => {
    await mkdir(dataDir, { recursive: true });
    const path = join(dataDir, FILE);
    await writeFile(path, text, { mode: 0o600 });
    await expect(loadOrCreateKeyPair(dataDir)).rejects.toThrow(
      `DATA_DIR: ${path} must be a PEM private key without a passphrase (Ed25519, P-256, or RSA of at least 2048 bits)`,
    );
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  test('if DATA_DIR is a file', async () => {
    const file = join(home, 'file');
    await writeFile(file, '');
    await expect(loadOrCreateKeyPair(file)).rejects.toThrow(
      `DATA_DIR must be a folder where this process can keep its key, or JWT_PRIVATE_KEY must be set (${join(file, FILE)}: ENOTDIR)`,
    );
  });

  test('if the key file is a folder', async () => {
    const path = join(dataDir, FILE);
    await mkdir(path, { recursive: true, mode: 0o700 });
    await expect(loadOrCreateKeyPair(dataDir)).rejects.toThrow(/^DATA_DIR must be a folder .*EISDIR\)$/);
  });

  test('if DATA_DIR cannot be created', async () => {
    const nowhere = join(home, 'link');
    await symlink(join(home, 'not', 'mounted'), nowhere);
    await expect(loadOrCreateKeyPair(nowhere)).rejects.toThrow(
      `DATA_DIR must be a folder where this process can keep its key, or JWT_PRIVATE_KEY must be set (${join(nowhere, FILE)}: ENOENT)`,
    );
  });
});
