import { Client, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { allowWhenPrinted } from './allow-in-browser.ts';
import { CREDENTIALS, GaveUp, play, SERVER_URL, SIGNS_IN } from './session.ts';

/** mcp-remote, as a program on stdio starts it to reach a server on HTTP. */
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [process.env.CLIENT_PROGRAM!, `${SERVER_URL}/mcp`, ...CREDENTIALS],
  // Without a PATH it finds no browser, and only prints the address to open.
  env: { HOME: process.env.HOME!, PATH: SIGNS_IN ? '' : process.env.PATH! },
  ...(SIGNS_IN && { stderr: 'pipe' }),
});
if (SIGNS_IN) allowWhenPrinted(transport.stderr!);
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
