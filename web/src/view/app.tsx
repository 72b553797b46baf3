import { useEffect } from 'preact/hooks';
import { announcement } from '../store/page/notices.ts';
import { currentRoute } from '../store/page/current-route.ts';
import { signedInUser } from '../store/session/signed-in-user.ts';
import { loadMarkdown } from './common/markdown-text.tsx';
import { InstanceView } from './instance/instance-view.tsx';
import { KeysPage } from './keys/keys-page.tsx';
import { InstanceList } from './list/instance-list.tsx';
import { NothingSelected } from './list/nothing-selected.tsx';
import { ConnectionNotice } from './page/connection-notice.tsx';
import { listenForShortcuts } from './page/shortcuts.ts';
import { NoticeList } from './page/notice-list.tsx';
import { ShortcutsDialog } from './page/shortcuts-dialog.tsx';
import { SignIn } from './sign-in/sign-in.tsx';

/** On a wide screen list and detail side by side; on a phone one of them. */
export function App() {
  useEffect(listenForShortcuts, []);
  return (
    <>
      {signedInUser.value === undefined ? <div class="opening" aria-busy="true" /> : <SignedInOrNot />}
      <NoticeList />
      <p class="for-screen-readers" role="status">
        {announcement.value}
      </p>
    </>
  );
}

function SignedInOrNot() {
  // Not needed for the first sight, but for the first tap.
  useEffect(loadMarkdown, []);
  if (signedInUser.value === null) return <SignIn />;
  const at = currentRoute.value;
  return (
    <main class="shell" data-page={at.page}>
      <ConnectionNotice />
      <InstanceList />
      <section class="detail" aria-label="Details">
        {at.page === 'list' && <NothingSelected />}
        {at.page === 'keys' && <KeysPage />}
        {at.page === 'instance' && <InstanceView key={at.id} id={at.id} tab={at.tab} />}
      </section>
      <ShortcutsDialog />
    </main>
  );
}
