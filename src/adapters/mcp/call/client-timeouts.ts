/**
 * Clients that are known to wait longer for a tool than 60 s, the default of the MCP SDKs. `startsWith` is
 * how their `clientInfo.name` begins; `waitSeconds` is how long a question may keep them waiting.
 *
 * A wait that is too long costs a failed call. A wait that is too short costs only another call. So a client
 * is listed only if its own source code proves the longer limit for every version in use. Left out on
 * purpose:
 * - `claude-code`: it has no limit of its own for tools (MCP_TOOL_TIMEOUT, about 28 hours). But many releases
 *   cut every HTTP request at 60 s whatever is configured (anthropics/claude-code issues 36221 and 50289).
 * - `claude-ai` (Claude Desktop): the SDK's 60 s, not configurable (anthropics/claude-code issue 22542).
 * - `cursor-vscode`, `codex-mcp-client`, `Visual Studio Code`: no documented limit, or one that settings
 *   change.
 */
const KNOWN_CLIENTS: readonly { readonly startsWith: string; readonly waitSeconds: number }[] = [
  // MCP_DEFAULT_TIMEOUT_MSEC is 10 minutes (google-gemini/gemini-cli, packages/core/src/tools/mcp-client.ts).
  // 240 s stays below the 5 minutes after which many proxies drop a stream.
  { startsWith: 'gemini-cli-mcp-client', waitSeconds: 240 },
];

/**
 * Returns how many seconds a client may be kept waiting if it does not say so itself: at least `otherwise`.
 */
export function waitSecondsFor(clientName: string | null, otherwise: number): number {
  const known = KNOWN_CLIENTS.find(({ startsWith }) => clientName?.startsWith(startsWith));
  return known === undefined ? otherwise : Math.max(known.waitSeconds, otherwise);
}
