import type * as v from 'valibot';
import { readQuestion, withdrawQuestion } from '../../../application/use-cases/index.ts';
import { CodedError } from '../../../domain/errors.ts';
import { logFailure } from '../call/log-failure.ts';
import type { McpCall } from '../call/mcp-call.ts';
import { INTERNAL_ERROR, INVALID_PARAMS, McpProtocolError } from '../call/mcp-protocol-error.ts';
import { questionTask } from '../tools/question-task.ts';
import { completeResult } from '../tools/task.ts';
import { errorResult } from '../tools/tool-result.ts';
import type { ToolServices } from '../tools/tool-services.ts';
import type { Tasks } from './tasks.ts';

type Services = Pick<ToolServices, 'dispatch' | 'ids' | 'logger'>;

type ReadInput = v.InferInput<typeof readQuestion.input>;

/**
 * Questions as tasks: a task is its question, and nothing else is stored. So every process serves it, also
 * after a restart. Its result is what `ask_question` would have returned.
 */
export function createQuestionTasks(services: Services): Tasks {
  const { dispatch } = services;

  const read = (call: McpCall, input: ReadInput) =>
    dispatch(readQuestion, { caller: call.caller, clientGone: call.signal, input });

  return {
    async get(call, question_id, wait_seconds) {
      try {
        return questionTask(await read(call, { question_id, wait_seconds }));
      } catch (error) {
        if (!isCode(error, 'instance_deleted')) throw toProtocolError(services, call, error);
        // ask_question would return this error as its result. It says nothing about when it was asked.
        const task = questionTask(await read(call, { question_id, state_only: true }));
        return { ...task, status: 'completed', result: completeResult(errorResult(error, new Map())) };
      }
    },

    async update(call, question_id) {
      try {
        // A question asks the person, not the client, so there is nothing to pass on.
        await read(call, { question_id, state_only: true });
      } catch (error) {
        throw toProtocolError(services, call, error);
      }
    },

    async cancel(call, question_id) {
      try {
        await dispatch(withdrawQuestion, {
          caller: call.caller,
          clientGone: call.signal,
          input: { question_id },
        });
      } catch (error) {
        if (!isCode(error, 'already_answered', 'question_over', 'instance_deleted'))
          throw toProtocolError(services, call, error);
      }
    },
  };
}

const isCode = (error: unknown, ...codes: readonly string[]): error is CodedError =>
  error instanceof CodedError && codes.includes(error.code);

/** An id that can be no question's is like one of another user's question: unknown. */
function toProtocolError(services: Services, call: McpCall, error: unknown): McpProtocolError {
  if (isCode(error, 'question_not_found', 'invalid_id', 'invalid_input'))
    return new McpProtocolError(INVALID_PARAMS, 'Task not found');
  const requestId = logFailure(services, call, error);
  return error instanceof CodedError
    ? new McpProtocolError(INTERNAL_ERROR, error.message, { code: error.code })
    : new McpProtocolError(
        INTERNAL_ERROR,
        `Something went wrong on the server; its log has the cause under request ${requestId}`,
      );
}
