import { useEffect } from 'preact/hooks';
import { announcement } from '../store/page/notices.ts';
import { route } from '../store/page/route.ts';
import { person } from '../store/session/signed-in-user.ts';
import { loadMarkdown } from './common/markdown-text.tsx';
import { InstanceView } from './instance/instance-view.tsx';
import { KeysPage } from './keys/keys-page.tsx';
import { InstanceList } from './list/instance-list.tsx';
import { Nothing } from './list/nothing-selected.tsx';
import { ConnectionNotice } from './page/connection-notice.tsx';
import { listenForKeys } from './page/keyboard.ts';
import { Notices } from './page/notice-list.tsx';
import { ShortcutsDialog } from './page/shortcuts-dialog.tsx';
import { SignIn } from './sign-in/sign-in.tsx';

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
