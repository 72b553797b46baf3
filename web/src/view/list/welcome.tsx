import { useSignal } from '@preact/signals';
import { createApiKey, mcpUrl } from '../../store/api-keys.ts';
import { showError } from '../../store/page/notices.ts';
import { CopyText } from '../common/copy-text.tsx';

const KEY_PLACEHOLDER = '<your key>';

/** Explains how to connect a first agent. Shown while the user has no agents. */
export function Welcome() {
  const token = useSignal<string | null>(null);
  const key = token.value ?? KEY_PLACEHOLDER;
  const createKey = () =>
    createApiKey({ name: 'first agent', scope: 'agent', expires_in_days: 90 }).then((created) => {
      token.value = created;
    }, showError);
  return (
    <section class="welcome" aria-label="Connect a first agent">
      <h2>Connect your first agent</h2>
      <p>It appears here with its first step. You answer its questions here, too.</p>
      {token.value === null ? (
        <button type="button" class="main-button" onClick={() => void createKey()}>
          Create an API key
        </button>
      ) : (
        <p>
          <strong>The texts below contain your new key.</strong> It is valid for 90 days. It cannot be shown
          again.
        </p>
      )}
      <h3>Claude Code</h3>
      <CopyText
        label="command"
        text={`claude mcp add --transport http agent-dashboard ${mcpUrl} --header "Authorization: Bearer ${key}"`}
      />
      <h3>Any other MCP client</h3>
      <CopyText
        label="configuration"
        text={JSON.stringify(
          {
            mcpServers: {
              'agent-dashboard': {
                type: 'http',
                url: mcpUrl,
                headers: { Authorization: `Bearer ${key}` },
              },
            },
          },
          null,
          2,
        )}
      />
    </section>
  );
}
