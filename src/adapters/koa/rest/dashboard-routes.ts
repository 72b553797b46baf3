import * as useCases from '../../../application/use-cases/index.ts';
import type { WireConversationMessage } from '../../../application/wire/conversation-message.ts';
import { hasEarlierMessages } from '../../../domain/conversation/message-page.ts';
import { defineRoute, type Route } from './route.ts';
import { inputFromQuery, noInput, withInstanceId, withQuestionId } from './route-input.ts';

const LIST_INSTANCES = {
  method: 'GET',
  useCase: useCases.listAgentInstances,
  body: 'none',
  isSafe: true,
  responseField: 'agent_instances',
  nextPage: ({ next_cursor: cursor }) => (cursor === null ? null : { cursor }),
} as const satisfies Partial<Route<typeof useCases.listAgentInstances.output>>;

/** The next page of a conversation has the messages before this one. */
const earlierMessages = ({ messages }: { readonly messages: readonly WireConversationMessage[] }) =>
  hasEarlierMessages(messages) ? { before_message_id: messages[0]!.id } : null;

const INSTANCE_PATH = '/agent-instances/:agent_instance_id';

/** The routes that the dashboard uses: people read their agents' conversations and answer there. */
export const DASHBOARD_ROUTES: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/agent-summary',
    useCase: useCases.readAgentSummary,
    input: noInput,
    body: 'none',
    isSafe: true,
  }),
  defineRoute({
    method: 'GET',
    path: '/agent-types',
    useCase: useCases.listAgentTypes,
    input: noInput,
    body: 'none',
    isSafe: true,
    responseField: 'agent_types',
  }),
  defineRoute({ path: '/agent-instances', input: inputFromQuery, ...LIST_INSTANCES }),
  defineRoute({
    method: 'GET',
    path: '/deleted-instances',
    useCase: useCases.listDeletedInstances,
    input: inputFromQuery,
    body: 'none',
    isSafe: true,
    responseField: 'agent_instances',
    nextPage: ({ next_cursor: cursor }) => (cursor === null ? null : { cursor }),
  }),
  defineRoute({
    path: '/agent-types/:agent_type_id/instances',
    operationId: 'list_instances_of_agent_type',
    input: (ctx) => ({ ...inputFromQuery(ctx), agent_type_id: ctx.params.agent_type_id }),
    ...LIST_INSTANCES,
  }),
  defineRoute({
    method: 'GET',
    path: INSTANCE_PATH,
    useCase: useCases.readAgentInstance,
    input: (ctx) => withInstanceId(ctx, inputFromQuery(ctx)),
    body: 'none',
    isSafe: true,
    nextPage: earlierMessages,
  }),
  defineRoute({
    method: 'GET',
    path: `${INSTANCE_PATH}/messages`,
    useCase: useCases.listMessages,
    input: (ctx) => withInstanceId(ctx, inputFromQuery(ctx)),
    body: 'none',
    isSafe: true,
    responseField: 'messages',
    nextPage: earlierMessages,
  }),
  defineRoute({
    method: 'GET',
    path: '/messages/search',
    useCase: useCases.searchMessages,
    input: inputFromQuery,
    body: 'none',
    isSafe: true,
    responseField: 'hits',
    nextPage: ({ next_cursor: cursor }) => (cursor === null ? null : { cursor }),
  }),
  defineRoute({
    method: 'POST',
    path: `${INSTANCE_PATH}/messages`,
    useCase: useCases.writeToAgent,
    input: withInstanceId,
    body: 'needed',
  }),
  defineRoute({
    method: 'PUT',
    path: `${INSTANCE_PATH}/status`,
    useCase: useCases.setInstanceStatus,
    input: withInstanceId,
    body: 'needed',
  }),
  defineRoute({
    method: 'PATCH',
    path: INSTANCE_PATH,
    useCase: useCases.renameAgentInstance,
    input: withInstanceId,
    body: 'needed',
  }),
  defineRoute({
    method: 'DELETE',
    path: INSTANCE_PATH,
    useCase: useCases.deleteAgentInstance,
    input: withInstanceId,
    body: 'none',
    status: 204,
  }),
  defineRoute({
    method: 'POST',
    path: `${INSTANCE_PATH}/restore`,
    useCase: useCases.restoreAgentInstance,
    input: withInstanceId,
    body: 'optional',
  }),
  defineRoute({
    method: 'POST',
    path: '/agents/stop',
    useCase: useCases.stopAllAgents,
    input: (_, body) => body,
    body: 'optional',
  }),
  defineRoute({
    method: 'POST',
    path: `${INSTANCE_PATH}/stop`,
    useCase: useCases.stopAgent,
    input: withInstanceId,
    body: 'optional',
  }),
  defineRoute({
    method: 'DELETE',
    path: `${INSTANCE_PATH}/stop`,
    useCase: useCases.cancelAgentStop,
    input: withInstanceId,
    body: 'none',
  }),
  defineRoute({
    method: 'POST',
    path: '/questions/:question_id/answer',
    useCase: useCases.answerQuestion,
    input: withQuestionId,
    body: 'needed',
  }),
  defineRoute({
    method: 'PATCH',
    path: '/questions/:question_id',
    useCase: useCases.postponeQuestion,
    input: withQuestionId,
    body: 'needed',
  }),
];
