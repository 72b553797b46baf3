import * as useCases from '../../../application/use-cases/index.ts';
import { defineRoute, type Route } from './route.ts';
import { inputFromBody, inputFromQuery, noInput, withDestinationId } from './route-input.ts';

const DESTINATION_PATH = '/notification-destinations/:destination_id';

/** The routes by which people say where and when they are notified, and see what became of it. */
export const NOTIFICATION_ROUTES: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/notification-channels',
    useCase: useCases.listNotificationChannels,
    input: noInput,
    body: 'none',
    isSafe: true,
    responseField: 'channels',
  }),
  defineRoute({
    method: 'GET',
    path: '/notification-destinations',
    useCase: useCases.listNotificationDestinations,
    input: noInput,
    body: 'none',
    isSafe: true,
    responseField: 'destinations',
  }),
  defineRoute({
    method: 'POST',
    path: '/notification-destinations',
    useCase: useCases.addNotificationDestination,
    input: inputFromBody,
    body: 'needed',
    status: 201,
  }),
  defineRoute({
    method: 'PATCH',
    path: DESTINATION_PATH,
    useCase: useCases.changeNotificationDestination,
    input: withDestinationId,
    body: 'needed',
  }),
  defineRoute({
    method: 'DELETE',
    path: DESTINATION_PATH,
    useCase: useCases.removeNotificationDestination,
    input: (ctx) => withDestinationId(ctx, {}),
    body: 'none',
    status: 204,
  }),
  defineRoute({
    method: 'POST',
    path: `${DESTINATION_PATH}/test`,
    useCase: useCases.testNotificationDestination,
    input: (ctx) => withDestinationId(ctx, {}),
    body: 'none',
    status: 202,
  }),
  defineRoute({
    method: 'GET',
    path: '/notification-rules',
    useCase: useCases.readNotificationRules,
    input: noInput,
    body: 'none',
    isSafe: true,
  }),
  defineRoute({
    method: 'PUT',
    path: '/notification-rules',
    useCase: useCases.changeNotificationRules,
    input: inputFromBody,
    body: 'needed',
  }),
  defineRoute({
    method: 'GET',
    path: '/notifications',
    useCase: useCases.listNotifications,
    input: inputFromQuery,
    body: 'none',
    isSafe: true,
    responseField: 'notifications',
    nextPage: ({ next_cursor: cursor }) => (cursor === null ? null : { cursor }),
  }),
  defineRoute({
    method: 'POST',
    path: '/notifications/active',
    useCase: useCases.noteActive,
    input: noInput,
    body: 'none',
  }),
];
