import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ownKeyOf } from '../../model/own-key.ts';
import type { ApiKey } from '../../model/wire.ts';
import { apiKeys, loadApiKeys, revokeApiKey } from '../../store/api-keys.ts';
import { showError } from '../../store/page/notices.ts';
import { signedInUser } from '../../store/session/signed-in-user.ts';
import { BackLink } from '../common/back-link.tsx';
import { Dialog } from '../common/dialog.tsx';
import { Timestamp } from '../common/timestamp.tsx';
import { SignInAgainDialog } from '../sign-in/sign-in-again-dialog.tsx';
import { SignOutButton } from '../sign-in/sign-out-button.tsx';
import { NewKeyForm } from './new-key-form.tsx';

export function KeysPage() {
  useEffect(() => void loadApiKeys().catch(showError), []);
  const keys = apiKeys.value;
  return (
    <div class="page">
      <header class="page-head">
        <BackLink />
        <h1>API keys</h1>
        <SignOutButton />
      </header>
      <p class="muted">
        Give each agent, or each machine, its own key. If a key leaks, revoke it here: it stops working
        everywhere within seconds.
      </p>
      <NewKeyForm />
      <SignInAgainDialog />
      {keys !== null && keys.length === 0 && <p class="muted">No keys yet.</p>}
      {keys !== null && <KeyLists keys={keys} />}
    </div>
  );
}

function KeyLists({ keys }: { readonly keys: readonly ApiKey[] }) {
  const revoked = keys.filter(({ revoked_at }) => revoked_at !== null);
  return (
    <>
      <KeyList label="Keys" keys={keys.filter(({ revoked_at }) => revoked_at === null)} />
      {revoked.length > 0 && (
        <details class="revoked-keys">
          <summary>{revoked.length === 1 ? '1 revoked key' : `${revoked.length} revoked keys`}</summary>
          <KeyList label="Revoked keys" keys={revoked} />
        </details>
      )}
    </>
  );
}

function KeyList({ label, keys }: { readonly label: string; readonly keys: readonly ApiKey[] }) {
  if (keys.length === 0) return null;
  return (
    <ul class="keys" aria-label={label}>
      {keys.map((key) => (
        <KeyRow key={key.id} apiKey={key} />
      ))}
    </ul>
  );
}

function KeyRow({ apiKey }: { readonly apiKey: ApiKey }) {
  const isConfirming = useSignal(false);
  const close = () => {
    isConfirming.value = false;
  };
  const isRevoked = apiKey.revoked_at !== null;
  const user = signedInUser.value;
  const isOwn = user ? ownKeyOf(apiKeys.value ?? [], user)?.id === apiKey.id : false;
  return (
    <li class="key" data-revoked={isRevoked}>
      <div>
        <p class="key-name">
          {apiKey.name}
          {isOwn && <span class="own-key"> (this browser)</span>}
        </p>
        <p class="key-facts">
          <span>{apiKey.scope === 'dashboard' ? 'for people' : 'for agents'}</span>
          {apiKey.client !== null && <span>signed in from {apiKey.client.host}</span>}
          <span>
            {apiKey.last_used_at === null ? (
              'never used'
            ) : (
              <>
                used <Timestamp time={apiKey.last_used_at} />
              </>
            )}
          </span>
          <Expiry apiKey={apiKey} />
        </p>
      </div>
      {!isRevoked && (
        <button type="button" class="text-button danger" onClick={() => (isConfirming.value = true)}>
          Revoke<span class="for-screen-readers"> {apiKey.name}</span>
        </button>
      )}
      {isConfirming.value && (
        <Dialog title={`Revoke “${apiKey.name}”?`} onClose={close}>
          <p>Agents and people with this key lose access within seconds. This cannot be undone.</p>
          {isOwn && <p>This browser uses it, and has to sign in again then.</p>}
          <div class="dialog-actions">
            <button type="button" class="plain-button" onClick={close}>
              Cancel
            </button>
            <button
              type="button"
              class="main-button"
              onClick={() => {
                close();
                void revokeApiKey(apiKey).catch(showError);
              }}
            >
              Revoke
            </button>
          </div>
        </Dialog>
      )}
    </li>
  );
}

function Expiry({ apiKey: { revoked_at, expires_at } }: { readonly apiKey: ApiKey }) {
  if (revoked_at !== null) {
    return (
      <span>
        revoked <Timestamp time={revoked_at} />
      </span>
    );
  }
  return expires_at === null ? (
    <span>does not expire</span>
  ) : (
    <span>expires {new Date(expires_at).toLocaleDateString(undefined, { dateStyle: 'medium' })}</span>
  );
}
