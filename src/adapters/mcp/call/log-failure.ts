import { CodedError } from '../../../domain/errors.ts';
import type { PortErrorCode } from '../../../ports/errors.ts';
import type { Ids, Logger } from '../../../ports/runtime.ts';
import type { McpCall } from './mcp-call.ts';

/** Refusals that are nobody's fault but the surroundings'. */
const TROUBLE: ReadonlySet<string> = new Set<PortErrorCode>([
  'identity_provider_unavailable',
  'storage_busy',
  'storage_unavailable',
]);

/**
 * Logs why a call failed, unless its client has broken a rule, or has gone away.
 * @returns what the log knows the request by: the id that its answer bears, where the host has named it.
 */
export function logFailure(
  { ids, logger }: { readonly ids: Ids; readonly logger: Logger },
  call: Pick<McpCall, 'requestId' | 'gone'>,
  error: unknown,
  fields: object = {},
): string {
  const requestId = call.requestId ?? ids.next();
  const told = { err: error, request_id: requestId, ...fields };
  if (call.gone.aborted && error === call.gone.reason) return requestId;
  if (!(error instanceof CodedError)) logger.error(told, 'internal error');
  else if (TROUBLE.has(error.code)) logger.warn({ ...told, code: error.code }, 'storage trouble');
  return requestId;
}
