import { statfs } from 'node:fs/promises';
import { storageFull, storageUnavailable } from '../../../ports/errors.ts';

const MEGABYTE = 1024 * 1024;

/**
 * How many bytes of the disk must be free before a statement may write. A batch has up to 12 MB of text,
 * which is written twice, and PostgreSQL adds files of 16 MB to its log.
 */
const RESERVED_BYTES = 128 * MEGABYTE;

/** How many bytes must be free before something is removed, which needs only the log. */
const RESERVED_FOR_REMOVAL_BYTES = 48 * MEGABYTE;

/** How long the number of free bytes counts as known. */
const KNOWN_FOR_MS = 500;

/** The errors after which PGlite answers nothing more. */
const FATAL =
  /No space left on device|Disk quota exceeded|could not (write|extend|fsync|open) file|PANIC|Aborted\(|unreachable|memory access out of bounds/;

/** Statements contain no text of clients, which is in their parameters. */
const WRITE = /\b(?:insert into|update|delete from)\b/i;

/** Returns how many bytes of the disk with this folder are free for this process. */
async function readFreeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * Keeps PGlite from what it does not survive. When a write finds no space on the disk, PGlite fails once, and
 * the next statement takes all of a processor for ever, in the thread that also answers requests and signals.
 * So nothing is written while the disk is nearly full, and after a fatal error no statement is sent at all.
 */
export class EmbeddedStorage {
  readonly #folder: string;
  readonly #readFreeBytes: (folder: string) => Promise<number>;
  #freeBytes = 0;
  #knownUntil = Number.NEGATIVE_INFINITY;
  #fatalError: unknown = null;

  /** @param folder the folder of the database. */
  constructor(folder: string, read: (folder: string) => Promise<number> = readFreeBytes) {
    this.#folder = folder;
    this.#readFreeBytes = read;
  }

  /** Whether a fatal error has occurred. The database can be opened again only by another process. */
  get hasFailed(): boolean {
    return this.#fatalError !== null;
  }

  /** Must be called with every error of the database. */
  recordError(error: unknown): void {
    if (FATAL.test(String(error))) this.#fatalError ??= error;
  }

  /**
   * Must be called before each statement.
   * @throws PortError `storage_unavailable` after a fatal error, `storage_full` for a statement that writes
   * while the disk is nearly full.
   */
  async requireFor(sql: string): Promise<void> {
    if (WRITE.test(sql)) await this.requireSpace();
    else this.#requireUsable();
  }

  /**
   * Must be called before each transaction.
   * @throws PortError `storage_full`, `storage_unavailable`.
   */
  async requireSpace(purpose: 'write' | 'remove' = 'write'): Promise<void> {
    this.#requireUsable();
    if (performance.now() >= this.#knownUntil) {
      this.#freeBytes = await this.#readFreeBytes(this.#folder);
      this.#knownUntil = performance.now() + KNOWN_FOR_MS;
    }
    const needed = purpose === 'write' ? RESERVED_BYTES : RESERVED_FOR_REMOVAL_BYTES;
    if (this.#freeBytes < needed) {
      const reason = `${this.#folder}: ${this.#freeBytes} bytes of the disk are free, and ${needed} are needed`;
      throw storageFull(new Error(`${reason}. Free some space; the server then goes on by itself`));
    }
  }

  #requireUsable(): void {
    if (this.hasFailed) throw storageUnavailable(this.#fatalError);
  }
}
