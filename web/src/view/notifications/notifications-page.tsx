import { useEffect } from 'preact/hooks';
import '../../style/notifications.css';
import { destinations, isDisabled, reloadStates } from '../../store/notifications/destinations.ts';
import { loadRules } from '../../store/notifications/rules.ts';
import { watchTests } from '../../store/notifications/watch-tests.ts';
import { showError } from '../../store/page/notices.ts';
import { BackLink } from '../common/back-link.tsx';
import { SignOutButton } from '../sign-in/sign-out-button.tsx';
import { BrowserAlerts } from './browser-alerts.tsx';
import { DestinationList, HEADING_ID } from './destination-list.tsx';
import { History } from './history.tsx';
import { NewDestination } from './new-destination.tsx';
import { RulesSection } from './rules-section.tsx';
import { ThisBrowser } from './this-browser.tsx';

/** Where and when the user is notified, and what became of the last notifications. */
export function NotificationsPage() {
  useEffect(() => {
    if (!isDisabled.value) Promise.all([reloadStates(), loadRules()]).catch(showUnlessDisabled);
    return watchTests();
  }, []);
  return (
    <div class="page">
      <header class="page-head">
        <BackLink />
        <h1>Notifications</h1>
        <SignOutButton />
      </header>
      {isDisabled.value ? (
        <p class="muted">This server is not set up to notify you. Ask the person who runs it.</p>
      ) : (
        <Settings />
      )}
      <BrowserAlerts />
      {!isDisabled.value && <History />}
    </div>
  );
}

function Settings() {
  const list = destinations.value;
  if (list === null) return <div class="loading" aria-busy="true" />;
  return (
    <>
      <section class="settings-section" aria-labelledby={HEADING_ID}>
        <h2 id={HEADING_ID} tabIndex={-1}>
          Where
        </h2>
        {list.length === 0 && (
          <p class="muted">
            Add your phone, your mailbox or a chat: your agents’ questions then reach you there, and you can
            answer there.
          </p>
        )}
        <DestinationList destinations={list} />
        <NewDestination />
      </section>
      <ThisBrowser onChange={reloadAll} />
      {list.length > 0 && <RulesSection destinations={list} />}
    </>
  );
}

/** The server has put this browser into the rules, or taken it out. */
const reloadAll = (): void => void Promise.all([reloadStates(), loadRules()]).catch(showError);

/** The page learns only by its first request that the server notifies nobody, and says so itself. */
function showUnlessDisabled(error: unknown): void {
  if (!isDisabled.value) showError(error);
}
