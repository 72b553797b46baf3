import { CodedError } from '../../../domain/errors.ts';
import { storageFull, storageUnavailable } from '../../../ports/errors.ts';
import type { StorageFailure } from '../../../ports/observer.ts';

/** A conflict with concurrent work. Nothing was written, and another attempt may succeed. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/**
 * PostgreSQL's serialization_failure, deadlock_detected, lock_not_available and unique_violation (appendix A
 * of its manual). Concurrent inserts of one idempotency key cause the last one.
 */
const CONFLICT_CODES = new Set(['40001', '40P01', '55P03', '23505']);

/**
 * The codes that mean that the database is unavailable. PostgreSQL: connection exceptions, refused
 * credentials, unknown database, shutdown, start-up, no free connection, cancelled statement. Node.js: socket
 * errors.
 */
const UNAVAILABLE_CODES =
  /^(08...|28000|28P01|3D000|57P0[1-5]|57014|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** PostgreSQL's disk_full. */
const DISK_FULL_CODE = '53100';
const DISK_FULL_MESSAGE = /No space left on device|Disk quota exceeded/;

/** The messages of driver errors that have no code. */
const CONNECTION_LOST_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error|not queryable|PGlite is closed/i;

/** Translates an error of the driver. Returns an unknown error unchanged, because it is a defect. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof CodedError || error instanceof ConflictError) return error;
  const { code, message } = causeOf(error);
  if (CONFLICT_CODES.has(code)) return new ConflictError(message, { cause: error });
  if (code === DISK_FULL_CODE || DISK_FULL_MESSAGE.test(message)) return storageFull(error);
  if (UNAVAILABLE_CODES.test(code) || CONNECTION_LOST_MESSAGES.test(message))
    return storageUnavailable(error);
  return error;
}

/** Returns the kind of a failure that `toStorageError` has returned. */
export function failureKindOf(failure: unknown): StorageFailure {
  if (failure instanceof ConflictError) return 'conflict';
  const isUnavailable =
    failure instanceof CodedError &&
    (failure.code === 'storage_unavailable' || failure.code === 'storage_full');
  return isUnavailable ? 'unavailable' : 'unexpected';
}

/**
 * Unwraps a driver error. The ORM wraps it, and Node.js wraps an error for each address that it has tried.
 */
function causeOf(error: unknown): { code: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  const { code, message, cause } = error as { code?: unknown; message?: unknown; cause?: unknown };
  if (typeof code === 'string') return { code, message: String(message) };
  return cause === undefined ? { code: '', message: String(message) } : causeOf(cause);
}
