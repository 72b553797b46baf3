import { useEffect } from 'preact/hooks';
import { currentRoute } from '../store/page/current-route.ts';
import { announcement } from '../store/page/notices.ts';
import { signedInUser } from '../store/session/signed-in-user.ts';
import { loadMarkdown } from './common/markdown-text.tsx';
import { InstanceView } from './instance/instance-view.tsx';
import { KeysPage } from './keys/keys-page.tsx';
import { InstanceList } from './list/instance-list.tsx';
import { NothingSelected } from './list/nothing-selected.tsx';
import { ConnectionNotice } from './page/connection-notice.tsx';
import { NoticeList } from './page/notice-list.tsx';
import { listenForShortcuts } from './page/shortcuts.ts';
import { ShortcutsDialog } from './page/shortcuts-dialog.tsx';
import { SignIn } from './sign-in/sign-in.tsx';

/** The whole page. A wide screen shows the list and the details side by side, a phone only one of them. */
export function App() {
  useEffect(listenForShortcuts, []);
  return (
    <>
      {signedInUser.value === undefined ? <div class="loading" aria-busy="true" /> : <SignInOrDashboard />}
      <NoticeList />
      <p class="for-screen-readers" role="status">
        {announcement.value}
      </p>
    </>
  );
}

function SignInOrDashboard() {
  // The renderer is loaded in advance. The list does not need it, but every conversation does.
  useEffect(loadMarkdown, []);
  if (signedInUser.value === null) return <SignIn />;
  const route = currentRoute.value;
  return (
    <main class="shell" data-page={route.page}>
      <ConnectionNotice />
      <InstanceList />
      <section class="detail" aria-label="Details">
        {route.page === 'list' && <NothingSelected />}
        {route.page === 'keys' && <KeysPage />}
        {route.page === 'instance' && <InstanceView key={route.id} id={route.id} tab={route.tab} />}
      </section>
      <ShortcutsDialog />
    </main>
  );
}
