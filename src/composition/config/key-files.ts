import { randomUUID } from 'node:crypto';
import { link, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  generateKeyPair,
  type KeyOptions,
  type KeyPair,
  readPrivateKey,
} from '../../adapters/jwt/keys/keys.ts';
import { keepFromGit, makeDataDir } from '../data-dir/data-dir.ts';

/** Windows has no permission bits, and cannot flush a folder. */
const isPosix = process.platform !== 'win32';

/**
 * Reads the key pair in `dataDir`. The first start makes it (Ed25519). When several processes start at once,
 * one makes it and all get the same.
 * @throws Error of one line that names `DATA_DIR` and says what it must be.
 */
export async function loadOrCreateKeyPair(
  dataDir: string,
  onCreated: (path: string) => void = () => {},
  options: KeyOptions = {},
): Promise<KeyPair> {
  const path = join(dataDir, 'jwt-private-key.pem');
  let pem = await read(path);
  if (pem === null) {
    await failingClearly(path, () => create(dataDir, path));
    pem = await read(path);
    onCreated(path);
  } else {
    await keepFromGit(dataDir);
  }
  if (pem === null) throw unusable(path, 'ENOENT');
  return readPrivateKey(pem, `DATA_DIR: ${path}`, options);
}

/** @returns null when there is no such file. */
async function read(path: string): Promise<string | null> {
  const file = await failingClearly(path, () => open(path, 'r').catch(except('ENOENT')));
  if (file === undefined) return null;
  try {
    const { mode } = await file.stat();
    // Not repaired: others may have read the key already, so its owner must decide.
    if (isPosix && (mode & 0o077) !== 0)
      throw new Error(
        `DATA_DIR: ${path} must be readable by its owner only; chmod 600 it, or delete it if others may have read it`,
      );
    return await failingClearly(path, () => file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

/**
 * Writes the whole file under another name, and then links it to the real name. The link fails when the file
 * exists: the first process wins, and nobody reads half a file. A rename would replace the winner's file.
 */
async function create(dataDir: string, path: string): Promise<void> {
  await makeDataDir(dataDir);
  const { privateKey } = await generateKeyPair('ed25519');
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeThrough(draft, privateKey);
    await link(draft, path).catch(except('EEXIST'));
  } finally {
    await unlink(draft).catch(except('ENOENT'));
  }
  // Tokens are issued from now on, so the file's name must survive a power failure, too.
  if (isPosix) await flushFolder(dataDir);
}

async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

const except = (code: string) => (error: unknown) => {
  if (codeOf(error) !== code) throw error;
};

async function failingClearly<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw unusable(path, codeOf(error), error);
  }
}

const unusable = (path: string, code: string, cause?: unknown) =>
  new Error(
    `DATA_DIR must be a folder where this process can keep its key, or JWT_PRIVATE_KEY be set (${path}: ${code})`,
    { cause },
  );
