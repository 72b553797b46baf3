import { CodedError } from '../domain/errors.ts';

export type PortErrorCode =
  | 'identity_provider_unavailable'
  | 'issuing_disabled'
  | 'storage_busy'
  | 'storage_full'
  | 'storage_unavailable'
  | 'unauthenticated';

/**
 * An error that an adapter behind a port reports. Each adapter translates the errors of its libraries into
 * port errors.
 */
export class PortError extends CodedError<PortErrorCode> {
  override readonly name = 'PortError';
}

/** The identity provider's keys cannot be fetched, so the server cannot check a token of this provider. */
export const identityProviderUnavailable = (cause?: unknown) =>
  new PortError(
    'identity_provider_unavailable',
    'The identity provider is not reachable at the moment; try again',
    null,
    { cause },
  );

/** The server cannot make this token now: for example it has no key that may sign it. */
export const issuingDisabled = (reason: string) => new PortError('issuing_disabled', reason);

/** Too many writers changed the same data at once. Nothing was written, so trying again is safe. */
export const storageBusy = (cause?: unknown) =>
  new PortError('storage_busy', 'Too many concurrent changes; try again', null, { cause });

/** The disk of the store is nearly full, so nothing was written. Reading is still possible. */
export const storageFull = (cause?: unknown) =>
  new PortError(
    'storage_full',
    'The disk of the server is full; nothing can be stored until it has space',
    null,
    {
      cause,
    },
  );

/** The store cannot be reached. A write may or may not have been made: repeat it with its idempotency key. */
export const storageUnavailable = (cause?: unknown) =>
  new PortError('storage_unavailable', 'The database is not reachable at the moment; try again', null, {
    cause,
  });

/**
 * Uses the same message for all reasons, so that an attacker learns nothing from it. The cause is only
 * logged.
 */
export const unauthenticated = (cause?: unknown) =>
  new PortError('unauthenticated', 'A valid bearer token is required', null, { cause });
