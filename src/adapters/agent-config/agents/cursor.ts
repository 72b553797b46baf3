import { join } from 'node:path';
import { jsonSettings } from '../files/json-settings.ts';
import { type AgentConfig, inHome, mcpEntry, SERVER_NAME, sharedFilesNotes } from './agent-config.ts';

/** Cursor. It gets the MCP server only: its hooks could not be tried yet. */
export const CURSOR: AgentConfig = {
  name: 'cursor',
  title: 'Cursor',
  programs: ['cursor', 'cursor-agent'],
  hasHooks: false,
  folder: (machine) => inHome(machine, '.cursor'),
  async plan(wanted, machine) {
    const servers = ['mcpServers'];
    return {
      files: [
        jsonSettings({
          path: join(wanted.project ?? machine.home, '.cursor/mcp.json'),
          additions: [{ path: [...servers, SERVER_NAME], value: mcpEntry(wanted) }],
          containers: [servers],
          isOurs: (_, key) => key === SERVER_NAME,
        }),
      ],
      notes: [
        ...sharedFilesNotes(wanted),
        'Cursor gets the MCP server only. It reports when its model calls the tools.',
      ],
    };
  },
};
