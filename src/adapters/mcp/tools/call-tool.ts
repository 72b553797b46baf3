import { CodedError } from '../../../domain/errors.ts';
import { cutText } from '../../../domain/text/graphemes.ts';
import { agentTypeOf } from '../call/client-agent-type.ts';
import { waitSecondsFor } from '../call/client-timeouts.ts';
import { logFailure } from '../call/log-failure.ts';
import type { McpCall } from '../call/mcp-call.ts';
import { INVALID_PARAMS, McpProtocolError } from '../call/mcp-protocol-error.ts';
import { askInPlace, wantsElicitation } from './ask-in-place.ts';
import { readArguments } from './read-arguments.ts';
import { createTaskResult } from './task.ts';
import type { Tool } from './tool.ts';
import { errorResult, internalErrorResult, successResult, type ToolResult } from './tool-result.ts';
import type { ToolServices } from './tool-services.ts';

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
  const { dispatch, ids, timing, sessionInstanceId, questionApp } = services;
  const defaults = {
    defaultInstanceId: () => call.caller.agentInstanceId ?? sessionInstanceId?.() ?? ids.next(),
    agentType: agentTypeOf(call.client),
    waitSeconds: waitSecondsFor(call.client.name, timing.waitSeconds),
  };
  const resultOf = (output: object, mayAnswer = false): ToolResult => {
    const { caller, showsApps } = call;
    const meta =
      showsApps && tool.isLongRunning ? questionApp?.metaOf({ caller, args, output, mayAnswer }) : undefined;
    return { ...successResult(output, tool.definition), ...(meta !== undefined && { _meta: meta }) };
  };
  const progressTimer = tool.isLongRunning ? reportProgress(call, timing.progressMs) : undefined;
  try {
    const { caller, signal } = call;
    const isElicited = wantsElicitation(tool, args);
    if (isElicited && call.elicitation === null && call.showsApps) {
      // The app can be answered only after the result has come.
      const toolCall = { caller, signal, args, defaults: { ...defaults, waitSeconds: 0 } };
      return resultOf(await tool.run(dispatch, toolCall), true);
    }
    const asked = isElicited
      ? await askInPlace(services, tool, call, { caller, signal, args, defaults })
      : { args };
    if ('inputRequired' in asked) return asked.inputRequired;
    if ('output' in asked) return resultOf(asked.output, true);
    const toolCall = { caller, signal, args: asked.args, defaults };
    const started = call.acceptsTasks ? await tool.startTask(dispatch, toolCall) : null;
    if (started !== null && 'task' in started) return createTaskResult(started.task);
    const output = started?.output ?? (await tool.run(dispatch, toolCall));
    return resultOf(output, isElicited);
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
