import { CodedError } from '../../../domain/errors.ts';
import type { PortErrorCode } from '../../../ports/errors.ts';
import type { Ids, Logger } from '../../../ports/runtime.ts';
import type { McpCall } from './mcp-call.ts';

/** Errors of a service that this server depends on. The client did nothing wrong. */
const DEPENDENCY_FAILURES: ReadonlySet<string> = new Set<PortErrorCode>([
  'identity_provider_unavailable',
  'storage_busy',
  'storage_full',
  'storage_unavailable',
]);

/**
 * Logs why a call failed. Logs nothing if the client caused the error, cancelled the call or disconnected.
 * @returns the id of the request in the log: the one that the HTTP server has given it, or else a new one.
 */
export function logFailure(
  { ids, logger }: { readonly ids: Ids; readonly logger: Logger },
  call: Pick<McpCall, 'requestId' | 'signal'>,
  error: unknown,
  extraFields: object = {},
): string {
  const requestId = call.requestId ?? ids.next();
  const fields = { err: error, request_id: requestId, ...extraFields };
  if (call.signal.aborted && error === call.signal.reason) return requestId;
  if (!(error instanceof CodedError)) logger.error(fields, 'internal error');
  else if (DEPENDENCY_FAILURES.has(error.code))
    logger.warn({ ...fields, code: error.code }, 'dependency unavailable');
  return requestId;
}
