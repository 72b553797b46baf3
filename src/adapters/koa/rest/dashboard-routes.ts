import * as useCases from '../../../application/use-cases/index.ts';
import { defineRoute, type Route } from './route.ts';
import { inputFromQuery, noInput, withInstanceId } from './route-input.ts';

const INSTANCES = {
  method: 'GET',
  useCase: useCases.listAgentInstances,
  body: 'none',
  isSafe: true,
  answerField: 'agent_instances',
  nextCursor: ({ next_cursor }) => next_cursor,
} as const satisfies Partial<Route<typeof useCases.listAgentInstances.output>>;

const INSTANCE = '/agent-instances/:agent_instance_id';

/** The routes that the dashboard uses: what a person sees of the agents and does with them. */
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
    answerField: 'agent_types',
  }),
  defineRoute({ path: '/agent-instances', input: inputFromQuery, ...INSTANCES }),
  defineRoute({
    path: '/agent-types/:agent_type_id/instances',
    operationId: 'list_instances_of_agent_type',
    input: (ctx) => ({ ...inputFromQuery(ctx), agent_type_id: ctx.params.agent_type_id }),
    ...INSTANCES,
  }),
  defineRoute({
    method: 'GET',
    path: INSTANCE,
    useCase: useCases.readAgentInstance,
    input: (ctx) => withInstanceId(ctx, inputFromQuery(ctx)),
    body: 'none',
    isSafe: true,
  }),
  defineRoute({
    method: 'GET',
    path: `${INSTANCE}/messages`,
    useCase: useCases.listMessages,
    input: (ctx) => withInstanceId(ctx, inputFromQuery(ctx)),
    body: 'none',
    isSafe: true,
    answerField: 'messages',
  }),
  defineRoute({
    method: 'POST',
    path: `${INSTANCE}/messages`,
    useCase: useCases.writeToAgent,
    input: withInstanceId,
    body: 'needed',
  }),
  defineRoute({
    method: 'PUT',
    path: `${INSTANCE}/status`,
    useCase: useCases.setInstanceStatus,
    input: withInstanceId,
    body: 'needed',
  }),
  defineRoute({
    method: 'PATCH',
    path: INSTANCE,
    useCase: useCases.renameAgentInstance,
    input: withInstanceId,
    body: 'needed',
  }),
  defineRoute({
    method: 'DELETE',
    path: INSTANCE,
    useCase: useCases.deleteAgentInstance,
    input: withInstanceId,
    body: 'none',
    status: 204,
  }),
  defineRoute({
    method: 'POST',
    path: `${INSTANCE}/restore`,
    useCase: useCases.restoreAgentInstance,
    input: withInstanceId,
    body: 'optional',
  }),
];
