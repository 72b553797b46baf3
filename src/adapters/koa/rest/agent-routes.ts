import * as useCases from '../../../application/use-cases/index.ts';
import { CUT_GIT_DIFF, defineRoute, MAX_AGENT_MESSAGE_BYTES, type Route } from './route.ts';
import { inputFromAgent, inputFromQuery, noInput, withInstanceId, withQuestionId } from './route-input.ts';

/** Existing clients expect 400 instead of 404 if the instance that a body or query names does not exist. */
const UNKNOWN_INSTANCE = { agent_instance_not_found: { status: 400 } } as const;

const PENDING_MESSAGES = {
  path: '/messages/pending',
  useCase: useCases.readPendingMessages,
  needsClientGone: true,
  problemOverrides: UNKNOWN_INSTANCE,
} as const;

/** The routes that agents use. */
export const AGENT_ROUTES: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: '/messages/agent',
    useCase: useCases.sendAgentMessage,
    input: inputFromAgent,
    body: 'needed',
    bodyLimit: MAX_AGENT_MESSAGE_BYTES,
    cutField: CUT_GIT_DIFF,
    needsClientGone: true,
  }),
  defineRoute({ method: 'GET', input: inputFromQuery, body: 'none', ...PENDING_MESSAGES }),
  defineRoute({
    method: 'POST',
    input: inputFromAgent,
    body: 'needed',
    operationId: 'take_pending_messages',
    ...PENDING_MESSAGES,
  }),
  defineRoute({
    method: 'PATCH',
    path: '/messages/:message_id/request-input',
    useCase: useCases.requestUserInput,
    input: (ctx, body) => ({ ...body, message_id: ctx.params.message_id }),
    body: 'optional',
  }),
  defineRoute({
    method: 'POST',
    path: '/questions/:question_id/withdraw',
    useCase: useCases.withdrawQuestion,
    input: withQuestionId,
    body: 'optional',
  }),
  defineRoute({
    method: 'POST',
    path: '/messages/user',
    useCase: useCases.sendUserMessage,
    input: inputFromAgent,
    body: 'needed',
    problemOverrides: UNKNOWN_INSTANCE,
  }),
  defineRoute({
    method: 'POST',
    path: '/sessions/end',
    useCase: useCases.endSession,
    input: inputFromAgent,
    body: 'needed',
    problemOverrides: UNKNOWN_INSTANCE,
  }),
  defineRoute({
    method: 'POST',
    path: '/agent-instances',
    useCase: useCases.startAgentInstance,
    input: inputFromAgent,
    body: 'needed',
    status: 201,
    problemOverrides: { invalid_id: { status: 400, detail: 'Invalid agent_instance_id' } },
  }),
  defineRoute({
    method: 'POST',
    path: '/agents/instances/:agent_instance_id/heartbeat',
    useCase: useCases.heartbeat,
    input: withInstanceId,
    body: 'optional',
  }),
  defineRoute({
    method: 'GET',
    path: '/auth/verify',
    useCase: useCases.verifyToken,
    input: noInput,
    body: 'none',
    isSafe: true,
  }),
];
