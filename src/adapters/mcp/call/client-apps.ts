// The extension of MCP by which a client shows a page of the server beside a tool call.
// https://modelcontextprotocol.io/seps/1865-mcp-apps-interactive-user-interfaces-for-mcp

export const APPS_EXTENSION = 'io.modelcontextprotocol/ui';

export const APP_MIME_TYPE = 'text/html;profile=mcp-app';

/** The capability of a client that shows apps. */
export const APPS_CAPABILITY: { [name: string]: { mimeTypes: string[] } } = {
  [APPS_EXTENSION]: { mimeTypes: [APP_MIME_TYPE] },
};

/** Whether a client declares that it shows apps. Anything may be in its capabilities. */
export function showsApps(capabilities: unknown): boolean {
  const { extensions } = (capabilities ?? {}) as { extensions?: { [name: string]: unknown } | null };
  const { mimeTypes } = (extensions?.[APPS_EXTENSION] ?? {}) as { mimeTypes?: unknown };
  return Array.isArray(mimeTypes) && mimeTypes.includes(APP_MIME_TYPE);
}
