/**
 * Clients known to wait longer for a tool than the 60 s of the SDKs' default, by how their
 * `clientInfo.name` begins, and how many seconds a question may be held open for them.
 *
 * A wait that is too long costs a failed call, one that is too short only another call. So a client is in
 * here when its own source says so, with room to spare, and for every version in use. Left out on purpose:
 * - `claude-code`: no limit of its own for tools (MCP_TOOL_TIMEOUT, about 28 hours), but many releases cut
 *   every HTTP request at 60 s whatever is configured (anthropics/claude-code issues 36221 and 50289).
 * - `claude-ai` (Claude Desktop): the SDK's 60 s, not configurable (anthropics/claude-code issue 22542).
 * - `cursor-vscode`, `codex-mcp-client`, `Visual Studio Code`: no promise found, or one that settings change.
 */
const KNOWN_CLIENTS: readonly { readonly startsWith: string; readonly waitSeconds: number }[] = [
  // MCP_DEFAULT_TIMEOUT_MSEC is 10 minutes (google-gemini/gemini-cli, packages/core/src/tools/mcp-client.ts);
  // proxies between that drop a stream after 5 minutes are common enough to stay below.
  { startsWith: 'gemini-cli-mcp-client', waitSeconds: 240 },
];

/** How long a client may be kept waiting when it does not say so itself. */
export function waitSecondsFor(clientName: string | null, otherwise: number): number {
  const known = KNOWN_CLIENTS.find(({ startsWith }) => clientName?.startsWith(startsWith));
  return known === undefined ? otherwise : Math.max(known.waitSeconds, otherwise);
}
