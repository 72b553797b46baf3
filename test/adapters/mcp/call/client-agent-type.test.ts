import { describe, expect, test } from 'vitest';
import { agentTypeOf, type ClientTraits } from '../../../../src/adapters/mcp/call/client-agent-type.ts';
import { waitSecondsFor } from '../../../../src/adapters/mcp/call/client-timeouts.ts';
import { CLIENTS } from '../clients.ts';
import { McpServer } from '../mcp-server.ts';

const NO_TRAITS: ClientTraits = { clientType: null, name: null, userAgent: null };

describe('the agent type', () => {
  test.each<[Partial<ClientTraits>, string]>([
    [{ clientType: 'nightly', name: 'claude-code', userAgent: 'x/1' }, 'nightly'],
    [{ clientType: '  ', name: 'claude-code', userAgent: 'x/1' }, 'claude-code'],
    [{ name: '', userAgent: 'codex_cli_rs/0.4 (Linux)' }, 'codex_cli_rs'],
    [{ userAgent: 'node' }, 'unknown'],
    [{ userAgent: 'Mozilla/5.0 (X11) Chrome/1' }, 'unknown'],
    [{ userAgent: '(odd)' }, 'unknown'],
    [{}, 'unknown'],
    [{ name: 'a\0b' }, 'ab'],
    [{ name: 'x'.repeat(300) }, 'x'.repeat(255)],
    [{ name: `${'x'.repeat(254)}\u{1F600}` }, 'x'.repeat(254)],
  ])('of %j is %s', (traits, type) => {
    expect(agentTypeOf({ ...NO_TRAITS, ...traits })).toBe(type);
  });

  test.each(CLIENTS)('is the client’s own name: $kind', async ({ connect }) => {
    await using server = await McpServer.start();
    await using client = await connect(server.url, { clientName: 'My-Agent' });
    const { structuredContent } = await client.call('log_step', { step_description: 'x' });
    expect(await server.agentTypeOf(String(structuredContent!.agent_instance_id))).toBe('my-agent');
  });

  test.each(CLIENTS)(
    'is the header X-Client-Type rather than the client’s name: $kind',
    async ({ connect }) => {
      await using server = await McpServer.start();
      await using client = await connect(server.url, { headers: { 'x-client-type': 'Nightly' } });
      const { structuredContent } = await client.call('ask_question', {
        question_text: 'x',
        wait_seconds: 0,
      });
      expect(await server.agentTypeOf(String(structuredContent!.agent_instance_id))).toBe('nightly');
    },
  );
});

describe('the wait of a question', () => {
  test.each([
    ['gemini-cli-mcp-client', 240],
    ['gemini-cli-mcp-client-dashboard', 240],
    ['claude-code', 50],
    ['cursor-vscode', 50],
    [null, 50],
  ])('for the client %s is %d s', (name, seconds) => {
    expect(waitSecondsFor(name, 50)).toBe(seconds);
  });
});
