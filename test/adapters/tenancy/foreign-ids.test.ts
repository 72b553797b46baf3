import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../src/adapters/koa/routes.ts';
import { TOOLS } from '../../../src/adapters/mcp/tools.ts';
import { uuidV7 } from '../../../src/adapters/runtime/system.ts';
import type { UseCase } from '../../../src/application/use-case.ts';
import * as useCases from '../../../src/application/use-cases/index.ts';
import { type Comparison, differencesOf, type Twins } from './compare.ts';
import type { Estate } from './estate.ts';
import { idsOfNothing } from './kinds-of-id.ts';
import { METHOD_PROBES, ObservedClient, overTool } from './mcp.ts';
import { fieldsOf, kindsOfOwn, namedBy, probesOf, unclassified } from './probes.ts';
import { overRest, pathFields } from './rest.ts';
import { OBSERVED_STORES } from './stores.ts';
import { TenantServer } from './tenant-server.ts';

describe('the walk is complete', () => {
  const named = Object.values(useCases).map((useCase) => [useCase.name, useCase as UseCase] as const);

  test.each(named)('every field of %s is known to be an id or not', (_, useCase) => {
    expect(unclassified(fieldsOf(useCase))).toEqual([]);
  });

  test.each(ROUTES)(
    'every part of the path of $method $path is a field of its use case',
    ({ path, useCase }) => {
      expect(fieldsOf(useCase)).toEqual(expect.arrayContaining(pathFields(path)));
    },
  );

  test.each(TOOLS)('every argument of $definition.name is a field of its use case', (tool) => {
    const ofUseCase = [...tool.renamed].filter(([field]) => fieldsOf(tool.useCase).includes(field));
    expect(ofUseCase.map(([, argument]) => argument).toSorted()).toEqual(
      Object.keys(tool.definition.inputSchema.properties).toSorted(),
    );
  });
});

describe.each(OBSERVED_STORES)('$name', ({ open, clients }) => {
  let server: TenantServer;
  let owner: Estate;
  beforeAll(async () => {
    server = await TenantServer.start(open);
    owner = await server.newEstate();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const twins = async (): Promise<Twins> => ({
    asking: await server.newEstate(),
    control: await server.newEstate(),
    nothing: idsOfNothing(),
  });

  /** None of these tells an id that is somebody's from one that never was. */
  async function expectAlike(of: Twins, comparisons: readonly Comparison[], whose = owner): Promise<void> {
    const found: string[] = [];
    for (const comparison of comparisons) {
      found.push(...(await differencesOf(server, of, whose, comparison)));
    }
    expect(found).toEqual([]);
    expect(server.log.at('error')).toEqual([]);
  }

  test.each(ROUTES)('$method $path does not tell what others have', async (route) => {
    const pair = await twins();
    const comparisons = probesOf(route.useCase).map((probe) => ({
      name: probe.name,
      foreign: namedBy(probe, owner.ids),
      unknown: namedBy(probe, pair.nothing),
      send: overRest(server.url, route, probe),
    }));
    await expectAlike(pair, comparisons);
  });

  const writing = ROUTES.filter(({ method }) => method !== 'GET');

  test.each(writing)("$method $path takes another tenant's Idempotency-Key for a new one", async (route) => {
    const keyholder = await server.newEstate();
    const [own] = probesOf(route.useCase);
    const used = uuidV7.next();
    const [answer] = await overRest(server.url, route, own!, used)(keyholder, {});
    expect(answer!.status).toBeLessThan(300);

    const theVerySame = { ...own!, name: 'the very same request', kinds: kindsOfOwn(own!), own: [] };
    for (const probe of [own!, theVerySame]) {
      const pair = await twins();
      const comparison: Comparison = {
        name: probe.name,
        foreign: { ...namedBy(probe, keyholder.ids), idempotencyKey: used },
        unknown: { ...namedBy(probe, pair.nothing), idempotencyKey: uuidV7.next() },
        send: (as, { idempotencyKey, ...named }) =>
          overRest(server.url, route, probe, idempotencyKey)(as, named),
      };
      await expectAlike(pair, [comparison], keyholder);
    }
  });

  describe.each(clients)('over MCP, $kind', (kind) => {
    /** Twins with a client each. */
    async function connected() {
      await using made = new AsyncDisposableStack();
      const pair = await twins();
      const asking = made.use(await ObservedClient.connect(kind, server.url, pair.asking));
      const control = made.use(await ObservedClient.connect(kind, server.url, pair.control));
      const clientOf = (as: Estate) => (as === pair.asking ? asking : control);
      const owned = made.move();
      return { pair, clientOf, [Symbol.asyncDispose]: () => owned.disposeAsync() };
    }

    test.each(TOOLS)('$definition.name does not tell what others have', async (tool) => {
      await using twins = await connected();
      const comparisons = probesOf(tool.useCase, [...tool.renamed.keys()]).map((probe) => ({
        name: probe.name,
        foreign: namedBy(probe, owner.ids),
        unknown: namedBy(probe, twins.pair.nothing),
        send: overTool(tool, probe, twins.clientOf),
      }));
      await expectAlike(twins.pair, comparisons);
    });

    const methods = Object.entries(METHOD_PROBES).filter(([, probes]) => probes.length > 0);

    test.each(methods)('%s does not tell what others have', async (_, probes) => {
      await using twins = await connected();
      const comparisons = probes.flatMap(({ kinds, request }) =>
        kinds.map((kind) => ({
          name: kind,
          foreign: { id: owner.ids[kind] },
          unknown: { id: twins.pair.nothing[kind] },
          send: (as: Estate, { id = '' }) => twins.clientOf(as).observe((client) => request(client, id)),
        })),
      );
      await expectAlike(twins.pair, comparisons);
    });
  });
});
