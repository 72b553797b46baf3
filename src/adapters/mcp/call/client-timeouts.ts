/**
 * Clients that are known to wait longer for a tool than 60 s, the default of the MCP SDKs. `namePrefix` is
 * how their `clientInfo.name` begins; `waitSeconds` is how long a question may keep them waiting.
 *
 * If a wait is too long, the call fails. If it is too short, the client only calls again. So a client is
 * listed only if its source code proves the longer limit for every version in use. These clients are left out
 * on purpose:
 * - `claude-code`: its own limit for tools is about 28 hours (MCP_TOOL_TIMEOUT). But many releases cut every
 *   HTTP request at 60 s whatever is configured (anthropics/claude-code issues 36221 and 50289).
 * - `claude-ai` (Claude Desktop): it has the SDK's 60 s, and no setting for it (anthropics/claude-code issue
 *   22542).
 * - `cursor-vscode`, `codex-mcp-client`, `Visual Studio Code`: their limit is not documented, or users can
 *   change it.
 */
const KNOWN_CLIENTS: readonly { readonly namePrefix: string; readonly waitSeconds: number }[] = [
  // MCP_DEFAULT_TIMEOUT_MSEC is 10 minutes (google-gemini/gemini-cli, packages/core/src/tools/mcp-client.ts).
  // 240 s stays below the 5 minutes after which many proxies drop a stream.
  { namePrefix: 'gemini-cli-mcp-client', waitSeconds: 240 },
];

/**
 * Returns how many seconds a question waits if its call sets no time: `defaultSeconds`, or longer for a
 * client that is known to wait longer.
 */
export function waitSecondsFor(clientName: string | null, defaultSeconds: number): number {
  const knownClient = KNOWN_CLIENTS.find(({ namePrefix }) => clientName?.startsWith(namePrefix));
  return knownClient === undefined ? defaultSeconds : Math.max(knownClient.waitSeconds, defaultSeconds);
}
