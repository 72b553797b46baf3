import { CodedError } from '../../../domain/errors.ts';
import { storageUnavailable } from '../../../ports/errors.ts';
import type { StorageFailure } from '../../../ports/observer.ts';

/** The work conflicted with concurrent work. Nothing was written, and running it again may succeed. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/**
 * PostgreSQL's serialization_failure, deadlock_detected, lock_not_available and unique_violation (appendix A
 * of its manual). Concurrent inserts of one idempotency key cause the last one.
 */
const CONFLICTS = new Set(['40001', '40P01', '55P03', '23505']);

/**
 * Connection exceptions, refused credentials, unknown database, shutdown, start-up, no free connection,
 * cancelled statement; socket errors.
 */
const UNAVAILABLE =
  /^(08...|28000|28P01|3D000|57P0[1-5]|57014|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** Messages of driver errors that have no code. */
const CONNECTION_LOST =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error|not queryable|PGlite is closed/i;

/** Translates an error of the driver. An unknown error is a defect and is returned unchanged. */
export function storageError(error: unknown): unknown {
  if (error instanceof CodedError || error instanceof ConflictError) return error;
  const { code, message } = causeOf(error);
  if (CONFLICTS.has(code)) return new ConflictError(message, { cause: error });
  if (UNAVAILABLE.test(code) || CONNECTION_LOST.test(message)) return storageUnavailable(error);
  return error;
}

/** Returns the kind of a failure that `storageError` has returned. */
export function kindOf(failure: unknown): StorageFailure {
  if (failure instanceof ConflictError) return 'conflict';
  return failure instanceof CodedError && failure.code === 'storage_unavailable'
    ? 'unavailable'
    : 'unexpected';
}

/** Unwraps a driver error: the ORM wraps it, and Node.js wraps one error for each address it tried. */
function causeOf(error: unknown): { code: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  const { code, message, cause } = error as { code?: unknown; message?: unknown; cause?: unknown };
  if (typeof code === 'string') return { code, message: String(message) };
  return cause === undefined ? { code: '', message: String(message) } : causeOf(cause);
}
