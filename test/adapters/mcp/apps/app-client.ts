import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { APPS_CAPABILITY } from '../../../../src/adapters/mcp/call/client-apps.ts';

/** Connects a client of the official library that shows apps, with or without sessions. */
export async function connectAppClient(
  url: string,
  {
    mode = 'stateless',
    token = 'ann',
    capabilities = {},
  }: {
    readonly mode?: 'stateless' | 'sessions';
    readonly token?: string;
    readonly capabilities?: object;
  } = {},
): Promise<Client & AsyncDisposable> {
  const client = new Client(
    { name: 'app-client', version: '1.0.0' },
    {
      capabilities: { extensions: APPS_CAPABILITY, ...capabilities },
      versionNegotiation: { mode: mode === 'sessions' ? 'legacy' : { pin: '2026-07-28' } },
    },
  );
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }));
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}

/** What the app gets with a result; undefined if it gets nothing. */
export interface AppQuestion {
  readonly question_id: string;
  readonly text: string;
  readonly choice: { readonly options: readonly { readonly label: string; readonly value: string }[] } | null;
  readonly url: string | null;
  readonly answer_token: string | null;
}

export const appQuestionOf = (result: object): AppQuestion | undefined =>
  (result as { _meta?: { 'agent-dashboard/question'?: AppQuestion } })._meta?.['agent-dashboard/question'];
