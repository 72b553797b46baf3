import { Client, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { AGENT_TOKEN, GaveUp, play, SERVER_URL } from './session.ts';

/** mcp-remote, as a program on stdio starts it to reach a server on HTTP. */
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [
    process.env.CLIENT_PROGRAM!,
    `${SERVER_URL}/mcp`,
    '--header',
    `Authorization: Bearer ${AGENT_TOKEN}`,
  ],
  env: { HOME: process.env.HOME!, PATH: process.env.PATH! },
});
const client = new Client({ name: 'mcp-remote', version: '1.0.0' });
await client.connect(transport);
await play(async (name, args, timeout) => {
  const result = await client
    .callTool({ name, arguments: { ...args } }, { timeout })
    .catch((error: unknown) => {
      if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) throw new GaveUp();
      throw error;
    });
  if (result.isError || !result.structuredContent) throw new Error(JSON.stringify(result));
  return result.structuredContent;
}, client.getNegotiatedProtocolVersion());
await client.close();
