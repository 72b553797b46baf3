import { CodedError } from '../domain/errors.ts';

export type PortErrorCode =
  | 'identity_provider_unavailable'
  | 'issuing_disabled'
  | 'storage_busy'
  | 'storage_unavailable'
  | 'unauthenticated';

/** What an adapter behind a port reports; driver and library failures are translated at its own edge. */
export class PortError extends CodedError<PortErrorCode> {
  override readonly name = 'PortError';
}

/** The keys of whoever signs people's tokens cannot be had, so nobody can tell whether this one is good. */
export const identityProviderUnavailable = (cause?: unknown) =>
  new PortError(
    'identity_provider_unavailable',
    'The identity provider is not reachable at the moment; try again',
    null,
    { cause },
  );

/** Whoever runs the server has given it no key that could sign this. */
export const issuingDisabled = (reason: string) => new PortError('issuing_disabled', reason);

/** Too many writers wanted the same instance; nothing was written, trying again is safe. */
export const storageBusy = (cause?: unknown) =>
  new PortError('storage_busy', 'Too many concurrent changes; try again', null, { cause });

/** The store cannot be reached. Whether a write under way was made is unknown: repeat it with its key. */
export const storageUnavailable = (cause?: unknown) =>
  new PortError('storage_unavailable', 'The database is not reachable at the moment; try again', null, {
    cause,
  });

/** One message for every reason: a stranger learns nothing from it. The cause is for the log. */
export const unauthenticated = (cause?: unknown) =>
  new PortError('unauthenticated', 'A valid bearer token is required', null, { cause });
