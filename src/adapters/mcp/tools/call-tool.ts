import type { Dispatch } from '../../../application/dispatch/dispatch.ts';
import type { Ids, Logger } from '../../../ports/runtime.ts';
import { agentTypeOf } from '../call/client-agent-type.ts';
import { waitSecondsFor } from '../call/client-timeouts.ts';
import { logFailure } from '../call/log-failure.ts';
import type { McpCall } from '../call/mcp-call.ts';
import { INVALID_PARAMS, McpProtocolError } from '../call/protocol-error.ts';
import type { Timing } from '../call/timing.ts';
import type { Tool } from './tool.ts';
import { internalFailure, isRefusal, refusalOf, resultOf, type ToolResult } from './tool-result.ts';

/** What running a tool needs. */
export interface ToolServices {
  readonly dispatch: Dispatch;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly timing: Timing;
  /** Of the agent's session, for a client that names none; absent: each call without one begins a new one. */
  readonly ownInstance?: () => string;
}

/**
 * Runs a tool for a client of whatever revision. Never throws but for a tool that does not exist: what the
 * libraries made of an error would leak its message.
 * @throws ProtocolFault
 */
export async function callTool(
  services: ToolServices,
  tool: Tool | undefined,
  name: string,
  call: McpCall,
): Promise<ToolResult> {
  if (tool === undefined) throw new McpProtocolError(INVALID_PARAMS, `Unknown tool: ${name.slice(0, 100)}`);
  const { dispatch, ids, timing, ownInstance } = services;
  const context = {
    newInstanceId: () => call.caller.agentInstanceId ?? ownInstance?.() ?? ids.next(),
    agentType: agentTypeOf(call.client),
    waitSeconds: waitSecondsFor(call.client.name, timing.waitSeconds),
  };
  const reporting = tool.mayWait ? reportProgress(call, timing.progressMs) : undefined;
  try {
    const { caller, gone, sentArguments: args } = call;
    return resultOf(await tool.run(dispatch, { caller, gone, args: args ?? {}, context }));
  } catch (error) {
    const requestId = logFailure(services, call, error, { tool: name });
    return isRefusal(error) ? refusalOf(error, tool.renamed) : internalFailure(requestId);
  } finally {
    clearInterval(reporting);
  }
}

/** Tells a client that asked for it that its question is still open; many keep waiting as long as it does. */
function reportProgress({ onProgress, gone }: McpCall, everyMs: number): NodeJS.Timeout | undefined {
  if (onProgress === null) return undefined;
  const started = Date.now();
  return setInterval(() => {
    if (gone.aborted) return;
    const progress = Math.max(1, Math.round((Date.now() - started) / 1000));
    // Whether it arrives is the connection's business; that it does not must not end the wait.
    onProgress({ progress, message: 'Waiting for the answer' }).catch(() => undefined);
  }, everyMs);
}
