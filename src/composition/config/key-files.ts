import { randomUUID } from 'node:crypto';
import { link, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  generateKeyPair,
  type KeyOptions,
  type KeyPair,
  readPrivateKey,
} from '../../adapters/jwt/keys/keys.ts';
import type { VapidKeys } from '../../adapters/notify/web-push/web-push-notifier.ts';
import { newSecretKey } from '../../adapters/runtime/aes-secret-box.ts';
import { keepFromGit, makeDataDir } from '../data-dir/data-dir.ts';

/** A file in the data folder with a secret that the first start makes. */
interface SecretFile {
  readonly fileName: string;
  /** The variable that can have the secret instead. */
  readonly variable: string;
  readonly make: () => Promise<string> | string;
}

const SIGNING_KEY: SecretFile = {
  fileName: 'jwt-private-key.pem',
  variable: 'JWT_PRIVATE_KEY',
  make: async () => (await generateKeyPair('ed25519')).privateKey,
};

const NOTIFICATION_KEY: SecretFile = {
  fileName: 'notification-key',
  variable: 'NOTIFICATION_KEY',
  make: newSecretKey,
};

const VAPID_KEYS: SecretFile = {
  fileName: 'vapid-keys.json',
  variable: 'VAPID_PRIVATE_KEY',
  async make() {
    // Most commands read no such keys, and need not load the library.
    const { newVapidKeys } = await import('../../adapters/notify/web-push/web-push-notifier.ts');
    return JSON.stringify(newVapidKeys());
  },
};

/** Returns the path of the private key in the data folder. */
export const keyFile = (dataDir: string): string => join(dataDir, SIGNING_KEY.fileName);

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
  const pem = await loadOrCreate(dataDir, SIGNING_KEY, onCreated);
  return readPrivateKey(pem, `DATA_DIR: ${keyFile(dataDir)}`, options);
}

/**
 * Reads the key that encrypts the settings of destinations. The first start makes it.
 * @throws Error as `loadOrCreateKeyPair` does.
 */
export const loadOrCreateNotificationKey = (dataDir: string): Promise<string> =>
  loadOrCreate(dataDir, NOTIFICATION_KEY);

/**
 * Reads the keys by which push services know this server. The first start makes them.
 * @throws Error as `loadOrCreateKeyPair` does.
 */
export const loadOrCreateVapidKeys = async (dataDir: string): Promise<VapidKeys> =>
  JSON.parse(await loadOrCreate(dataDir, VAPID_KEYS));

async function loadOrCreate(
  dataDir: string,
  file: SecretFile,
  onCreated: (path: string) => void = () => {},
): Promise<string> {
  const path = join(dataDir, file.fileName);
  let secret = await readSecret(path, file);
  if (secret === null) {
    await explainFailure(path, file, () => createSecret(dataDir, path, file));
    secret = await readSecret(path, file);
    onCreated(path);
  } else {
    await keepFromGit(dataDir);
  }
  if (secret === null) throw unusableDataDir(path, file, 'ENOENT');
  return secret;
}

/**
 * Reads the file. Returns null when it does not exist.
 * @throws Error when it cannot be read, or when others than its owner can read it.
 */
async function readSecret(path: string, secret: SecretFile): Promise<string | null> {
  const file = await explainFailure(path, secret, () => open(path, 'r').catch(ignoreErrorCode('ENOENT')));
  if (file === undefined) return null;
  try {
    const { mode } = await file.stat();
    // The mode is not corrected here: others may have read the key already, so its owner must decide.
    if (isPosix && (mode & 0o077) !== 0)
      throw new Error(
        `DATA_DIR: ${path} must be readable by its owner only; chmod 600 it, or delete it if others may have read it`,
      );
    return await explainFailure(path, secret, () => file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

/**
 * Makes the file. Writes it under another name, and then links it to the real name. The link fails when
 * the file exists, so the first process wins, and no process reads half a file. A rename would replace the
 * file of the first process.
 */
async function createSecret(dataDir: string, path: string, { make }: SecretFile): Promise<void> {
  await makeDataDir(dataDir);
  const secret = await make();
  const draftPath = `${path}.${randomUUID()}.tmp`;
  try {
    await writeAndFlush(draftPath, secret);
    await link(draftPath, path).catch(ignoreErrorCode('EEXIST'));
  } finally {
    await unlink(draftPath).catch(ignoreErrorCode('ENOENT'));
  }
  // The secret is used from now on, so the file's name must survive a power failure, too.
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

async function explainFailure<Result>(
  path: string,
  secret: SecretFile,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw unusableDataDir(path, secret, codeOf(error), error);
  }
}

const unusableDataDir = (path: string, { variable }: SecretFile, code: string, cause?: unknown) =>
  new Error(
    `DATA_DIR must be a folder where this process can keep its key, or ${variable} must be set (${path}: ${code})`,
    { cause },
  );
