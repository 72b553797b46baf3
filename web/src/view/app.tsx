import { useEffect } from 'preact/hooks';
import { announcement } from '../store/notices.ts';
import { person } from '../store/person.ts';
import { route } from '../store/route.ts';
import { ConnectionNotice } from './connection-notice.tsx';
import { InstanceList } from './instance-list.tsx';
import { InstanceView } from './instance-view.tsx';
import { listenForKeys } from './keyboard.ts';
import { KeysPage } from './keys-page.tsx';
import { loadMarkdown } from './markdown-text.tsx';
import { Nothing } from './nothing.tsx';
import { Notices } from './notices.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { SignIn } from './sign-in.tsx';

/** On a wide screen list and detail side by side; on a phone one of them. */
export function App() {
  useEffect(listenForKeys, []);
  return (
    <>
      {person.value === undefined ? <div class="opening" aria-busy="true" /> : <SignedInOrNot />}
      <Notices />
      <p class="for-screen-readers" role="status">
        {announcement.value}
      </p>
    </>
  );
}

function SignedInOrNot() {
  // Not needed for the first sight, but for the first tap.
  useEffect(loadMarkdown, []);
  if (person.value === null) return <SignIn />;
  const at = route.value;
  return (
    <main class="shell" data-page={at.page}>
      <ConnectionNotice />
      <InstanceList />
      <section class="detail" aria-label="Details">
        {at.page === 'list' && <Nothing />}
        {at.page === 'keys' && <KeysPage />}
        {at.page === 'instance' && <InstanceView key={at.id} id={at.id} tab={at.tab} />}
      </section>
      <ShortcutsDialog />
    </main>
  );
}
