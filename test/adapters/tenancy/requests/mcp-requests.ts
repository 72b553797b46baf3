import type { MethodName } from '../../../../src/adapters/mcp/protocol/server-features.ts';
import type { Tool } from '../../../../src/adapters/mcp/tools/tool.ts';
import type { ClientKind, TestClient } from '../../mcp/clients.ts';
import type { SendRequest } from '../fixture/compare-responses.ts';
import { type RecordedResponse, recordResponse } from '../fixture/normalise-response.ts';
import type { Tenant } from '../fixture/tenant.ts';
import { tokenOf } from '../fixture/tenant-server.ts';
import { type ForeignIdCase, inputOf } from './foreign-id-cases.ts';
import { type IdKind, INSTANCES } from './id-fields.ts';

/** A tenant's MCP client, with the HTTP responses that it received. */
export class ObservedClient implements AsyncDisposable {
  readonly client: TestClient;
  readonly #responses: Promise<RecordedResponse>[];

  private constructor(client: TestClient, responses: Promise<RecordedResponse>[]) {
    this.client = client;
    this.#responses = responses;
  }

  static async connect(kind: ClientKind, url: string, { userId }: Tenant): Promise<ObservedClient> {
    const responses: Promise<RecordedResponse>[] = [];
    const recordingFetch: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      // Responses to GET are not recorded: they are streams that never end.
      if (init?.method === 'POST') responses.push(recordResponse(response.clone()));
      return response;
    };
    return new ObservedClient(
      await kind.connect(url, { token: tokenOf(userId), fetch: recordingFetch }),
      responses,
    );
  }

  /** Returns the result of the client's request, and all HTTP responses that belong to it. */
  async observe(request: (client: TestClient) => Promise<object>): Promise<RecordedResponse[]> {
    this.#responses.length = 0;
    const result = await request(this.client).catch((error: Error & { code?: unknown; data?: unknown }) => ({
      code: error.code,
      message: error.message,
      data: error.data,
    }));
    const clientResult = { status: 0, headers: [], body: JSON.stringify(result) };
    return [clientResult, ...(await Promise.all(this.#responses))];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client.close();
  }
}

/** Calls a tool with the ids of a case, as the client of the given tenant. */
export const toolRequest =
  (
    { definition, argumentNames }: Tool,
    foreignIdCase: ForeignIdCase,
    clientOf: (tenant: Tenant) => ObservedClient,
  ): SendRequest =>
  (tenant, ids) => {
    const args = Object.entries(inputOf(foreignIdCase, ids, tenant)).map(([field, value]) => [
      argumentNames.get(field),
      value,
    ]);
    return clientOf(tenant).observe((client) => client.call(definition.name, Object.fromEntries(args)));
  };

interface MethodCase {
  readonly kinds: readonly IdKind[];
  readonly request: (client: TestClient, id: string) => Promise<object>;
}

const readResourceCase = (uri: (id: string) => string): MethodCase => ({
  kinds: INSTANCES,
  request: (client, id) => client.readResource({ uri: uri(id) }),
});
const RESOURCE = 'agent-dashboard://agent-instances/';

/**
 * The requests of the protocol that can contain ids, by method. A new method does not compile without a line
 * here.
 */
export const METHOD_CASES: { readonly [method in MethodName]: readonly MethodCase[] } = {
  // These have their own table of tools.
  'tools/call': [],
  'tools/list': [],
  'resources/list': [
    { kinds: ['place'], request: (client, cursor) => client.listResources({ cursor }) },
    { kinds: ['place'], request: (client) => client.listResources({}) },
  ],
  'resources/templates/list': [],
  'resources/read': [
    readResourceCase((id) => RESOURCE + id),
    readResourceCase((id) => RESOURCE + id.toUpperCase().replaceAll('-', '')),
    readResourceCase((id) => `${RESOURCE}${id}?before=2`),
  ],
  'prompts/list': [],
  'prompts/get': [
    {
      kinds: INSTANCES,
      request: (client, agent_instance_id) =>
        client.getPrompt({ name: 'work-with-the-dashboard', arguments: { agent_instance_id } }),
    },
  ],
};
