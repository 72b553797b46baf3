import { createMcpEndpoint } from '../../../src/adapters/mcp/http/endpoint.ts';
import { uuidV7 } from '../../../src/adapters/runtime/system.ts';
import { createUserExport } from '../../../src/application/admin/user-export.ts';
import { createDispatch, type Dispatch } from '../../../src/application/dispatch/dispatch.ts';
import { LiveFeed } from '../../../src/application/live/live-feed.ts';
import type { LivePorts } from '../../../src/application/live/observers/live-ports.ts';
import { DEFAULT_SETTINGS } from '../../../src/application/use-case.ts';
import { OpenWaits } from '../../../src/application/waiting/open-waits.ts';
import { mcpRoutes } from '../../../src/composition/wiring/mcp-routes.ts';
import { type UserId, userId } from '../../../src/domain/ids.ts';
import type { Clock } from '../../../src/ports/runtime.ts';
import type { TokenVerifier } from '../../../src/ports/tokens/token-verifier.ts';
import { aCaller } from '../../support/builders.ts';
import { LogBook, TestServer } from '../koa/test-server.ts';
import { type Estate, estateOf, newTenant } from './estate.ts';
import type { ObservedStore } from './stores.ts';

/** Names the user alone, so that anybody can call, whatever they are called. */
export const tokenOf = (user: UserId): string => Buffer.from(user).toString('base64url');

const tokens: TokenVerifier = {
  verify: (token) =>
    aCaller({
      userId: userId(Buffer.from(token, 'base64url').toString()),
      scopes: ['agent', 'dashboard'],
    }),
};

/** No two things happen in the same second, so that lists by time are in one order for all tenants. */
class StrictClock implements Clock {
  #last = 0;

  now(): Date {
    this.#last = Math.max(this.#last + 1_000, Date.now());
    return new Date(this.#last);
  }
}

/** The server with REST, live streams and MCP over an observed store, for any number of tenants. */
export class TenantServer implements AsyncDisposable {
  readonly store: ObservedStore;
  readonly url: string;
  readonly dispatch: Dispatch;
  readonly log: LogBook;
  readonly #owned: AsyncDisposableStack;

  private constructor(
    store: ObservedStore,
    url: string,
    dispatch: Dispatch,
    log: LogBook,
    owned: AsyncDisposableStack,
  ) {
    this.store = store;
    this.url = url;
    this.dispatch = dispatch;
    this.log = log;
    this.#owned = owned;
  }

  static async start(
    open: () => Promise<ObservedStore>,
    timing: Pick<LivePorts, 'keepAliveMillis'> = {},
  ): Promise<TenantServer> {
    await using made = new AsyncDisposableStack();
    const store = made.use(await open());
    const stopping = new AbortController();
    const log = new LogBook();
    const issuer = { repeats: true, issue: async ({ id }: { id: string }) => `issued.${id}` };
    const ports = {
      ...store.ports,
      issuer,
      waits: new OpenWaits(),
      settings: DEFAULT_SETTINGS,
      clock: new StrictClock(),
      ids: uuidV7,
    };
    const dispatch = createDispatch(ports, stopping.signal);
    const live = new LiveFeed({ ...ports, ...timing }, stopping.signal);
    const endpoint = createMcpEndpoint({
      dispatch,
      ids: uuidV7,
      logger: log,
      name: 'test',
      version: '1.2.3',
    });
    const also = mcpRoutes(endpoint, { tokens, logger: log });
    const server = made.use(
      await TestServer.start({
        dispatch,
        live,
        userExport: createUserExport(ports),
        tokens,
        logger: log,
        moreMiddleware: also,
      }),
    );
    made.defer(() => endpoint.close(0));
    made.defer(() => stopping.abort());
    return new TenantServer(store, server.url, dispatch, log, made.move());
  }

  newEstate(): Promise<Estate> {
    return estateOf(newTenant(), this.dispatch);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }
}
