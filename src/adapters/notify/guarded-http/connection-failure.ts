import { DeliveryError } from '../../../ports/notifier.ts';
import { isIpAddress, PrivateTargetError } from './public-address.ts';

const PRIVATE_ADDRESS =
  'This address is in a private network, and this server does not allow that (ALLOW_PRIVATE_NOTIFICATION_TARGETS)';

/** The same for both, because it would tell which names exist in the network of this server. */
const NO_PUBLIC_SERVER =
  'There is no server with this name in the public network. Check the address. This server allows no others ' +
  '(ALLOW_PRIVATE_NOTIFICATION_TARGETS)';

/** What went wrong by the code of the error, for people. */
const TEXTS: { readonly [code: string]: string } = {
  ENOTFOUND: 'There is no server with this name. Check the address',
  EAI_AGAIN: 'The name of the server could not be looked up',
  ECONNREFUSED: 'Nothing listens at this address and port',
  ECONNRESET: 'The server closed the connection before the end of its answer',
  EHOSTUNREACH: 'There is no way to this address',
  ENETUNREACH: 'There is no way to this address',
  ETIMEDOUT: 'The server did not answer in time',
};

/**
 * Makes an error for people of what prevented a response.
 * @param options.allowPrivateTargets whether the error may say something of names in a private network.
 */
export function connectionFailure(
  error: unknown,
  { host, hostname }: URL,
  { signal, allowPrivateTargets }: { readonly signal: AbortSignal; readonly allowPrivateTargets: boolean },
): DeliveryError {
  if (signal.aborted)
    return new DeliveryError(`${host}: The server did not answer in time`, { cause: error });
  const { code } = error as { readonly code?: string };
  if (error instanceof PrivateTargetError && isIpAddress(hostname))
    return new DeliveryError(`${host}: ${PRIVATE_ADDRESS}`, { isFinal: true });
  if (error instanceof PrivateTargetError || (!allowPrivateTargets && NOT_FOUND.has(code ?? '')))
    return new DeliveryError(`${host}: ${NO_PUBLIC_SERVER}`, { cause: error });
  const text = TEXTS[code ?? ''] ?? certificateText(code) ?? 'The connection failed';
  return new DeliveryError(`${host}: ${text}`, { cause: error });
}

/** Also a name server that fails or refuses says something of a name. */
const NOT_FOUND: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA']);

const certificateText = (code = ''): string | null =>
  /CERT|SELF_SIGNED|^ERR_TLS|^ERR_SSL|EPROTO/.test(code)
    ? `No secure connection (${code}). Check its certificate, and whether the address begins with the right one of http: and https:`
    : null;
