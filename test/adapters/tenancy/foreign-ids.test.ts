import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeApi } from '../../../src/adapters/koa/openapi/document.ts';
import { openApiPath } from '../../../src/adapters/koa/openapi/rest-operations.ts';
import { ANSWER_LINK_PATH } from '../../../src/adapters/koa/rest/answer-link-routes.ts';
import { EXPORT_PATH } from '../../../src/adapters/koa/rest/export-route.ts';
import { HOOK_PATH } from '../../../src/adapters/koa/rest/hook-route.ts';
import { BASE_PATH } from '../../../src/adapters/koa/rest/route.ts';
import { ROUTES } from '../../../src/adapters/koa/rest/routes.ts';
import {
  ACCESS_REQUEST_PATH,
  DEVICE_CODE_PATH,
} from '../../../src/adapters/koa/rest/sign-in/access-request-routes.ts';
import {
  PROVIDER_ANSWER_PATH,
  PROVIDER_SIGN_IN_PATH,
} from '../../../src/adapters/koa/rest/sign-in/provider-sign-in-routes.ts';
import { SESSION_PATH, SIGN_IN_OPTIONS_PATH } from '../../../src/adapters/koa/rest/sign-in/sign-in-routes.ts';
import { SMS_REPLY_PATH } from '../../../src/adapters/koa/rest/sms-reply-route.ts';
import { TOOLS } from '../../../src/adapters/mcp/tools/tools.ts';
import { uuidV7 } from '../../../src/adapters/runtime/system.ts';
import type { UseCase } from '../../../src/application/use-case.ts';
import * as useCases from '../../../src/application/use-cases/index.ts';
import type { Comparison } from './fixture/compare-responses.ts';
import {
  createTenants,
  createTenantsWithSameIds,
  expectIndistinguishable,
} from './fixture/compared-tenants.ts';
import { OBSERVED_STORES } from './fixture/observed-stores.ts';
import type { Tenant } from './fixture/tenant.ts';
import { TenantServer } from './fixture/tenant-server.ts';
import {
  fieldsOf,
  foreignIdCases,
  idsNamedBy,
  kindsOfOwnIds,
  unclassifiedFields,
} from './requests/foreign-id-cases.ts';
import { METHOD_CASES, ObservedClient, toolRequest } from './requests/mcp-requests.ts';
import { pathFields, restRequest } from './requests/rest-requests.ts';
import { EVENTS, EVENTS_OF_INSTANCE } from './requests/stream-requests.ts';
import { TASK_CASES, TASK_ID_KINDS, taskRequest } from './requests/task-requests.ts';

describe('every field, route and tool is covered', () => {
  const named = Object.values(useCases).map((useCase) => [useCase.name, useCase as UseCase] as const);

  test.each(named)('every field of %s is listed as an id or as another field', (_, useCase) => {
    expect(unclassifiedFields(fieldsOf(useCase))).toEqual([]);
  });

  test.each(ROUTES)(
    'every part of the path of $method $path is a field of its use case',
    ({ path, useCase }) => {
      expect(fieldsOf(useCase)).toEqual(expect.arrayContaining(pathFields(path)));
    },
  );

  test('every path that takes a token is in the table of routes, or has a test of its own', () => {
    const { paths } = describeApi({
      version: '1.2.3',
      hasSignIn: true,
      hasStreams: true,
      hasExport: true,
      hasAnswerLinks: true,
      hasSmsReplies: true,
      hasProviderSignIn: true,
      hookAgents: ['claude-code'],
      publishesPublicKeys: true,
      hasOAuth: true,
    });
    const inTable = new Set(ROUTES.map(({ path }) => BASE_PATH + path.replaceAll(/:(\w+)/g, '{$1}')));
    const beside = Object.keys(paths).filter((path) => path.startsWith(BASE_PATH) && !inTable.has(path));
    const walked = [EVENTS, EVENTS_OF_INSTANCE, EXPORT_PATH].map((path) =>
      path.replaceAll(/:(\w+)/g, '{$1}'),
    );
    // These need a cookie or code that only its owner has, such as an answer link. An SMS names no ids.
    // An event of a hook names a session, and has tests of its own.
    const named = [
      ...walked.map((path) => BASE_PATH + path),
      SESSION_PATH,
      SIGN_IN_OPTIONS_PATH,
      PROVIDER_SIGN_IN_PATH,
      PROVIDER_ANSWER_PATH,
      openApiPath(ANSWER_LINK_PATH),
      SMS_REPLY_PATH,
      openApiPath(ACCESS_REQUEST_PATH),
      openApiPath(DEVICE_CODE_PATH),
      BASE_PATH + openApiPath(HOOK_PATH),
    ];
    expect(beside.toSorted()).toEqual(named.toSorted());
  });

  test.each(TOOLS)('every argument of $definition.name is a field of its use case', (tool) => {
    const ofUseCase = [...tool.argumentNames].filter(([field]) => fieldsOf(tool.useCase).includes(field));
    expect(ofUseCase.map(([, argument]) => argument).toSorted()).toEqual(
      Object.keys(tool.definition.inputSchema.properties)
        .filter((argument) => argument !== 'elicit')
        .toSorted(),
    );
  });
});

/** Deleting an account needs no ids and deletes the caller, so it has a test of its own. */
const COMPARED = ROUTES.filter(({ useCase }) => useCase !== useCases.deleteAccount);

/** PGlite runs the same statements as PostgreSQL without row level security. */
const STORES = OBSERVED_STORES.filter(({ name }) => name !== 'on PGlite');

describe.each(STORES)('$name', ({ open, clients }) => {
  let server: TenantServer;
  beforeAll(async () => {
    server = await TenantServer.start(open);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(COMPARED)('$method $path answers a foreign id like an id that never existed', async (route) => {
    for (const tenants of [await createTenants(server), await createTenantsWithSameIds(server)]) {
      const comparisons = foreignIdCases(route.useCase).map((one) => ({
        name: one.name,
        foreign: idsNamedBy(one, tenants.owner.ids),
        unknown: idsNamedBy(one, tenants.unused),
        send: restRequest(server.url, route, one),
        // The agents of one page are updated at once, in as many batches as the moment allows.
        countsVary: route.useCase === useCases.stopAllAgents,
      }));
      await expectIndistinguishable(server, tenants, comparisons);
    }
  });

  const writing = COMPARED.filter(({ method }) => method !== 'GET');

  test.each(writing)("$method $path treats another tenant's Idempotency-Key as a new key", async (route) => {
    const [own] = foreignIdCases(route.useCase);
    const sameRequest = { ...own!, name: 'the very same request', kinds: kindsOfOwnIds(own!), own: [] };
    for (const one of [own!, sameRequest]) {
      const tenants = await createTenants(server);
      const used = uuidV7.next();
      const [answer] = await restRequest(server.url, route, own!, used)(tenants.owner, {});
      expect(answer!.status).toBeLessThan(300);
      const comparison: Comparison = {
        name: one.name,
        foreign: { ...idsNamedBy(one, tenants.owner.ids), idempotencyKey: used },
        unknown: { ...idsNamedBy(one, tenants.unused), idempotencyKey: uuidV7.next() },
        send: (as, { idempotencyKey, ...named }) =>
          restRequest(server.url, route, one, idempotencyKey)(as, named),
      };
      await expectIndistinguishable(server, tenants, [comparison]);
    }
  });

  test.each(Object.entries(TASK_CASES))(
    'over MCP, %s answers a foreign id like an id that never existed',
    async (_, request) => {
      for (const tenants of [await createTenants(server), await createTenantsWithSameIds(server)]) {
        const comparisons = TASK_ID_KINDS.map((kind) => ({
          name: kind,
          foreign: { id: tenants.owner.ids[kind] },
          unknown: { id: tenants.unused[kind] },
          send: taskRequest(server.url, request),
        }));
        await expectIndistinguishable(server, tenants, comparisons);
      }
    },
  );

  describe.each(clients)('over MCP, $kind', (kind) => {
    /** Creates the tenants, and an MCP client for `stranger` and for `control`. */
    async function connected() {
      await using made = new AsyncDisposableStack();
      const tenants = await createTenants(server);
      const stranger = made.use(await ObservedClient.connect(kind, server.url, tenants.stranger));
      const control = made.use(await ObservedClient.connect(kind, server.url, tenants.control));
      const clientOf = (as: Tenant) => (as === tenants.stranger ? stranger : control);
      const owned = made.move();
      return { tenants, clientOf, [Symbol.asyncDispose]: () => owned.disposeAsync() };
    }

    test.each(TOOLS)('$definition.name answers a foreign id like an id that never existed', async (tool) => {
      await using connections = await connected();
      const { tenants, clientOf } = connections;
      const comparisons = foreignIdCases(tool.useCase, [...tool.argumentNames.keys()]).map((one) => ({
        name: one.name,
        foreign: idsNamedBy(one, tenants.owner.ids),
        unknown: idsNamedBy(one, tenants.unused),
        send: toolRequest(tool, one, clientOf),
      }));
      await expectIndistinguishable(server, tenants, comparisons);
    });

    const methods = Object.entries(METHOD_CASES).filter(([, cases]) => cases.length > 0);

    test.each(methods)('%s answers a foreign id like an id that never existed', async (_, cases) => {
      await using connections = await connected();
      const { tenants, clientOf } = connections;
      const comparisons = cases.flatMap(({ kinds, request }) =>
        kinds.map((kind) => ({
          name: kind,
          foreign: { id: tenants.owner.ids[kind] },
          unknown: { id: tenants.unused[kind] },
          send: (as: Tenant, { id = '' }) => clientOf(as).observe((client) => request(client, id)),
        })),
      );
      await expectIndistinguishable(server, tenants, comparisons);
    });
  });
});
