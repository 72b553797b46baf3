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

/** Returns the path of the private key in the data folder. */
export const keyFile = (dataDir: string): string => join(dataDir, 'jwt-private-key.pem');

/** Windows has no permission bits, and cannot flush a folder. */
const isPosix = process.platform !== 'win32';

/**
 * Reads the key pair in `dataDir`. The first start makes the pair (Ed25519). When several processes start at
 * once, one of them makes the pair, and all of them get the same pair.
 * @throws Error when the file cannot be read or made, or others can read it. Its message says what `DATA_DIR`
 * must be.
 */
export async function loadOrCreateKeyPair(
  dataDir: string,
  onCreated: (path: string) => void = () => {},
  options: KeyOptions = {},
): Promise<KeyPair> {
  const path = keyFile(dataDir);
  let pem = await readKeyFile(path);
  if (pem === null) {
    await explainFailure(path, () => createKeyFile(dataDir, path));
    pem = await readKeyFile(path);
    onCreated(path);
  } else {
    await keepFromGit(dataDir);
  }
  if (pem === null) throw unusableDataDir(path, 'ENOENT');
  return readPrivateKey(pem, `DATA_DIR: ${path}`, options);
}

/**
 * Reads the file. Returns null when it does not exist.
 * @throws Error when it cannot be read, or when others than its owner can read it.
 */
async function readKeyFile(path: string): Promise<string | null> {
  const file = await explainFailure(path, () => open(path, 'r').catch(ignoreErrorCode('ENOENT')));
  if (file === undefined) return null;
  try {
    const { mode } = await file.stat();
    // The mode is not corrected here: others may have read the key already, so its owner must decide.
    if (isPosix && (mode & 0o077) !== 0)
      throw new Error(
        `DATA_DIR: ${path} must be readable by its owner only; chmod 600 it, or delete it if others may have read it`,
      );
    return await explainFailure(path, () => file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

/**
 * Makes the key file. Writes it under another name, and then links it to the real name. The link fails when
 * the file exists, so the first process wins, and no process reads half a file. A rename would replace the
 * file of the first process.
 */
async function createKeyFile(dataDir: string, path: string): Promise<void> {
  await makeDataDir(dataDir);
  const { privateKey } = await generateKeyPair('ed25519');
  const draftPath = `${path}.${randomUUID()}.tmp`;
  try {
    await writeAndFlush(draftPath, privateKey);
    await link(draftPath, path).catch(ignoreErrorCode('EEXIST'));
  } finally {
    await unlink(draftPath).catch(ignoreErrorCode('ENOENT'));
  }
  // Tokens are issued from now on, so the file's name must survive a power failure, too.
  if (isPosix) await flushFolder(dataDir);
}

/** Writes a new file that only its owner can read, and waits until it is on the disk. */
async function writeAndFlush(path: string, text: string): Promise<void> {
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

const ignoreErrorCode = (code: string) => (error: unknown) => {
  if (codeOf(error) !== code) throw error;
};

async function explainFailure<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw unusableDataDir(path, codeOf(error), error);
  }
}

const unusableDataDir = (path: string, code: string, cause?: unknown) =>
  new Error(
    `DATA_DIR must be a folder where this process can keep its key, or JWT_PRIVATE_KEY must be set (${path}: ${code})`,
    { cause },
  );
