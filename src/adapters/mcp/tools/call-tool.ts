import type { Dispatch } from '../../../application/dispatch/dispatch.ts';
import { CodedError } from '../../../domain/errors.ts';
import { cutText } from '../../../domain/text/graphemes.ts';
import type { Ids, Logger } from '../../../ports/runtime.ts';
import { agentTypeOf } from '../call/client-agent-type.ts';
import { waitSecondsFor } from '../call/client-timeouts.ts';
import { logFailure } from '../call/log-failure.ts';
import type { McpCall } from '../call/mcp-call.ts';
import { INVALID_PARAMS, McpProtocolError } from '../call/mcp-protocol-error.ts';
import type { Timing } from '../call/timing.ts';
import { askInPlace, wantsElicitation } from './ask-in-place.ts';
import { readArguments } from './read-arguments.ts';
import { createTaskResult } from './task.ts';
import type { Tool } from './tool.ts';
import { errorResult, internalErrorResult, successResult } from './tool-result.ts';

/** The services that tools need to run. */
export interface ToolServices {
  readonly dispatch: Dispatch;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly timing: Timing;
  /**
   * Returns the agent instance for calls that do not name one. Absent: each of these calls gets a new
   * instance.
   */
  readonly sessionInstanceId?: () => string;
  /** Returns the address of an agent instance on the page; null or absent if it is not known. */
  readonly questionUrl?: (agentInstanceId: string) => string | null;
}

/**
 * Runs a tool, or begins a task if the client knows tasks. Failures become an error result: the libraries
 * would send the message of every thrown error to the client, also of internal errors.
 * @throws McpProtocolError if the tool does not exist, or its arguments are not a JSON object.
 */
export async function callTool(
  services: ToolServices,
  tool: Tool | undefined,
  name: string,
  call: McpCall,
): Promise<object> {
  if (tool === undefined) throw new McpProtocolError(INVALID_PARAMS, `Unknown tool: ${cutText(name, 100)}`);
  const args = readArguments(tool.definition, call.sentArguments);
  const { dispatch, ids, timing, sessionInstanceId } = services;
  const defaults = {
    defaultInstanceId: () => call.caller.agentInstanceId ?? sessionInstanceId?.() ?? ids.next(),
    agentType: agentTypeOf(call.client),
    waitSeconds: waitSecondsFor(call.client.name, timing.waitSeconds),
  };
  const progressTimer = tool.isLongRunning ? reportProgress(call, timing.progressMs) : undefined;
  try {
    const { caller, signal } = call;
    const asked = wantsElicitation(tool, args)
      ? await askInPlace(services, tool, call, { caller, signal, args, defaults })
      : { args };
    if ('inputRequired' in asked) return asked.inputRequired;
    if ('output' in asked) return successResult(asked.output, tool.definition);
    const toolCall = { caller, signal, args: asked.args, defaults };
    const started = call.acceptsTasks ? await tool.startTask(dispatch, toolCall) : null;
    if (started !== null && 'task' in started) return createTaskResult(started.task);
    const output = started?.output ?? (await tool.run(dispatch, toolCall));
    return successResult(output, tool.definition);
  } catch (error) {
    const requestId = logFailure(services, call, error, { tool: name });
    return error instanceof CodedError
      ? errorResult(error, tool.argumentNames)
      : internalErrorResult(requestId);
  } finally {
    clearInterval(progressTimer);
  }
}

/**
 * Sends progress at an interval if the client asked for it. Many clients wait longer while they get progress.
 */
function reportProgress({ sendProgress, signal }: McpCall, intervalMs: number): NodeJS.Timeout | undefined {
  if (sendProgress === null) return undefined;
  const startedAt = Date.now();
  return setInterval(() => {
    if (signal.aborted) return;
    const progress = Math.max(1, Math.round((Date.now() - startedAt) / 1000));
    // A notification that cannot be sent must not end the wait.
    sendProgress({ progress, message: 'Waiting for the answer' }).catch(() => undefined);
  }, intervalMs);
}
