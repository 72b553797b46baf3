import { useEffect } from 'preact/hooks';
import { currentRoute } from '../store/page/current-route.ts';
import { announcement } from '../store/page/notices.ts';
import { signedInUser } from '../store/session/signed-in-user.ts';
import { lazy } from './common/lazy.tsx';
import { loadMarkdown } from './common/markdown-text.tsx';
import { InstanceView } from './instance/instance-view.tsx';
import { KeysPage } from './keys/keys-page.tsx';
import { InstanceList } from './list/instance-list.tsx';
import { NothingSelected } from './list/nothing-selected.tsx';
import { ConnectionNotice } from './page/connection-notice.tsx';
import { FailingNotice } from './page/failing-notice.tsx';
import { NoticeList } from './page/notice-list.tsx';
import { listenForShortcuts } from './page/shortcuts.ts';
import { ShortcutsDialog } from './page/shortcuts-dialog.tsx';
import { MAIN_CONTENT_ID, SkipLink } from './page/skip-link.tsx';
import { SignIn } from './sign-in/sign-in.tsx';

const NotificationsPage = lazy(() =>
  import('./notifications/notifications-page.tsx').then(({ NotificationsPage }) => NotificationsPage),
);
const ConnectPage = lazy(() => import('./connect/connect-page.tsx').then(({ ConnectPage }) => ConnectPage));
const DevicePage = lazy(() => import('./connect/device-page.tsx').then(({ DevicePage }) => DevicePage));
const AnswerLinkPage = lazy(() =>
  import('./answer-link/answer-link-page.tsx').then(({ AnswerLinkPage }) => AnswerLinkPage),
);

/** The whole page. A wide screen shows the list and the details side by side, a phone only one of them. */
export function App() {
  return (
    <>
      <CurrentPage />
      <NoticeList />
      <p class="for-screen-readers" role="status">
        {announcement.value}
      </p>
    </>
  );
}

function CurrentPage() {
  const route = currentRoute.value;
  if (route.page === 'answer') return <AnswerLinkPage key={route.token} token={route.token} />;
  if (signedInUser.value === undefined) return <div class="loading" aria-busy="true" />;
  return <SignInOrDashboard />;
}

function SignInOrDashboard() {
  useEffect(listenForShortcuts, []);
  // The renderer is loaded in advance. The list does not need it, but every conversation does.
  useEffect(loadMarkdown, []);
  if (signedInUser.value === null) return <SignIn />;
  const route = currentRoute.value;
  if (route.page === 'connect') return <ConnectPage key={route.id} id={route.id} />;
  if (route.page === 'device') return <DevicePage key={route.code} code={route.code} />;
  return (
    <>
      {route.page !== 'list' && <SkipLink />}
      <main class="shell" data-page={route.page}>
        <div class="shell-notices">
          <ConnectionNotice />
          <FailingNotice />
        </div>
        <InstanceList />
        <section class="detail" id={MAIN_CONTENT_ID} tabIndex={-1} aria-label="Details">
          {route.page === 'list' && <NothingSelected />}
          {route.page === 'keys' && <KeysPage />}
          {route.page === 'notifications' && <NotificationsPage />}
          {route.page === 'instance' && (
            <InstanceView key={route.id} id={route.id} tab={route.tab} messageId={route.messageId} />
          )}
        </section>
        <ShortcutsDialog />
      </main>
    </>
  );
}
