import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

const MEGABYTE = 1024 * 1024;
const BLOCK = Buffer.alloc(64 * 1024, 1);

/** A small disk that can be filled. */
export class LimitedDisk implements AsyncDisposable {
  /** The folder for data. */
  readonly path: string;
  readonly #filler: string;
  readonly #unmount: () => Promise<void>;

  private constructor(mountPoint: string, unmount: () => Promise<void>) {
    this.path = join(mountPoint, 'data');
    this.#filler = join(mountPoint, 'filler');
    this.#unmount = unmount;
  }

  /** Mounts a disk in memory. Returns null where this process may not mount one. */
  static async mount(megabytes: number): Promise<LimitedDisk | null> {
    const folder = await temporaryFolder();
    const disk = join(folder.path, 'disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      await folder[Symbol.asyncDispose]();
      return null;
    }
    return new LimitedDisk(disk, async () => {
      execFileSync('umount', ['--lazy', disk]);
      await folder[Symbol.asyncDispose]();
    });
  }

  /** Writes so many megabytes, or until the disk is full. Does not let other work run meanwhile. */
  fill(megabytes = Number.POSITIVE_INFINITY): void {
    const descriptor = openSync(this.#filler, 'w');
    try {
      for (let written = 0; written < megabytes * MEGABYTE; written += BLOCK.length)
        writeSync(descriptor, BLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(descriptor);
    }
  }

  /** Removes what `fill` has written. */
  async free(): Promise<void> {
    await rm(this.#filler, { force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#unmount();
  }
}
