import * as useCases from '../../../application/use-cases/index.ts';
import { defineRoute, type Route } from './route.ts';
import { inputFromBody, noInput } from './route-input.ts';

/** The routes for a user's API keys and for the deletion of the account. */
export const ACCOUNT_ROUTES: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: '/api-keys',
    useCase: useCases.createApiKey,
    input: inputFromBody,
    body: 'needed',
    status: 201,
    needsRecentSignIn: true,
  }),
  defineRoute({
    method: 'GET',
    path: '/api-keys',
    useCase: useCases.listApiKeys,
    input: noInput,
    body: 'none',
    isSafe: true,
    responseField: 'api_keys',
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api-keys/:id',
    useCase: useCases.revokeApiKey,
    input: (ctx) => ({ id: ctx.params.id }),
    body: 'none',
    status: 204,
  }),
  defineRoute({
    method: 'DELETE',
    path: '/account',
    useCase: useCases.deleteAccount,
    input: inputFromBody,
    body: 'needed',
    needsRecentSignIn: true,
  }),
];
