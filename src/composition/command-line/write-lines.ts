import { createWriteStream } from 'node:fs';
import { lstat, realpath, rename, rm, stat } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type WriteOutcome = 'complete' | 'reader-closed';

/**
 * Writes lines to stdout.
 * @returns `reader-closed` if the reader closes the pipe early, as `| head` does.
 */
export const writeLinesToStdout = (lines: Readable): Promise<WriteOutcome> =>
  writeUntilClosed(lines, process.stdout, { end: false });

/**
 * Writes lines to a file. A regular file gets its name only when it is complete, and only its owner can read
 * it. Everything else, such as a pipe or a device, is written to directly. Links are followed.
 * @returns `reader-closed` if the reader of a pipe closes it early.
 */
export async function writeLinesToFile(lines: Readable, path: string): Promise<WriteOutcome> {
  const finalPath = await replaceablePath(path);
  if (finalPath === null) return writeUntilClosed(lines, createWriteStream(path, { mode: 0o600 }));
  const partPath = `${finalPath}.part`;
  try {
    await pipeline(lines, createWriteStream(partPath, { mode: 0o600 }));
    await rename(partPath, finalPath);
    return 'complete';
  } catch (error) {
    await rm(partPath, { force: true });
    throw error;
  }
}

/**
 * Returns the path of the regular file that is at `path`, or can be made there. Returns null for everything
 * else, which a rename would destroy, and for a link to a file that does not exist yet.
 */
async function replaceablePath(path: string): Promise<string | null> {
  const target = await stat(path).catch(nullIfMissing);
  if (target !== null) return target.isFile() ? realpath(path) : null;
  const link = await lstat(path).catch(nullIfMissing);
  return link === null ? path : null;
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

async function writeUntilClosed(
  lines: Readable,
  target: Writable,
  options: { readonly end?: boolean } = {},
): Promise<WriteOutcome> {
  try {
    await pipeline(lines, target, options);
    return 'complete';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    return 'reader-closed';
  }
}
