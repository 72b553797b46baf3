import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { channelText } from '../../model/notification/channel-text.ts';
import { formatDuration, stateOf, type WorkingState } from '../../model/notification/destination-state.ts';
import type { Destination } from '../../model/wire.ts';
import { removeDestination, testDestination } from '../../store/notifications/destinations.ts';
import { notifications } from '../../store/notifications/history.ts';
import { showError } from '../../store/page/notices.ts';
import { Icon } from '../common/icon.tsx';
import { Timestamp } from '../common/timestamp.tsx';
import { ChangeDestination } from './change-destination.tsx';
import { RemoveDialog } from './remove-dialog.tsx';

/** The heading above the list. It gets the focus when the row that had it goes away. */
export const HEADING_ID = 'destinations';

export const testButtonId = (id: string): string => `test-${id}`;

export function DestinationList({ destinations }: { readonly destinations: readonly Destination[] }) {
  if (destinations.length === 0) return null;
  return (
    <ul class="destinations" aria-label="Destinations">
      {destinations.map((destination) => (
        <DestinationRow key={destination.id} destination={destination} />
      ))}
    </ul>
  );
}

function DestinationRow({ destination }: { readonly destination: Destination }) {
  const isRemoving = useSignal(false);
  const isSending = useSignal(false);
  const row = useRef<HTMLLIElement>(null);
  const test = async () => {
    if (isSending.value) return;
    isSending.value = true;
    await testDestination(destination).catch(showError);
    isSending.value = false;
  };
  const remove = async () => {
    isRemoving.value = false;
    await removeDestination(destination).catch(showError);
    // The row goes away, or is gone, and with it the button that has the focus.
    const { activeElement, body } = document;
    if (activeElement === body || row.current?.contains(activeElement))
      document.getElementById(HEADING_ID)?.focus();
  };
  const { id, name, channel, address } = destination;
  const ofThis = <span class="for-screen-readers"> {name}</span>;
  return (
    <li class="destination" ref={row}>
      <div class="destination-facts">
        <p class="destination-name" dir="auto">
          {name}
        </p>
        <p class="destination-address">
          <span>{channelText(channel)}</span> <span dir="auto">{address}</span>
        </p>
        <State destination={destination} />
      </div>
      <div class="destination-actions">
        {/* Not `disabled`: the button would lose the focus. */}
        <button
          type="button"
          id={testButtonId(id)}
          class="text-button"
          aria-disabled={isSending.value}
          onClick={() => void test()}
        >
          Test{ofThis}
        </button>
        <ChangeDestination destination={destination} />
        <button type="button" class="text-button danger" onClick={() => (isRemoving.value = true)}>
          Remove{ofThis}
        </button>
      </div>
      {isRemoving.value && (
        <RemoveDialog
          destination={destination}
          onRemove={() => void remove()}
          onClose={() => (isRemoving.value = false)}
        />
      )}
    </li>
  );
}

/** Says what the destination is known to do. Screen readers read out a change: the tap happens elsewhere. */
function State({ destination }: { readonly destination: Destination }) {
  const state = stateOf(destination, notifications.value ?? []);
  return (
    <p class="destination-state" data-state={state.kind} role="status">
      {(state.kind === 'works' || state.kind === 'accepted') && <Icon name="check" />}
      <span>
        <StateText state={state} />
      </span>
    </p>
  );
}

function StateText({ state }: { readonly state: ReturnType<typeof stateOf> }) {
  switch (state.kind) {
    case 'untested':
      return <>not tested yet</>;
    case 'sending':
      return <>sending a test …</>;
    case 'waiting':
      return <>sent, waiting for your tap</>;
    case 'accepted':
      return (
        <>
          sent: the receiver accepted {state.isTest ? 'the test' : 'a message'}{' '}
          <Timestamp time={state.at} format="since" />
        </>
      );
    case 'works':
      return <WorksText state={state} />;
    case 'failing':
      return (
        <>
          failing since <Timestamp time={state.since} format="since" />
          {state.reason !== null && ` because: ${state.reason}`}
        </>
      );
  }
}

const WorksText = ({ state: { at, roundTripMs, newTest } }: { readonly state: WorkingState }) => (
  <>
    works (tested <Timestamp time={at} format="since" />
    {roundTripMs !== null && `, ${formatDuration(roundTripMs)} until your tap`})
    {newTest !== null && (
      <span class="new-test">
        {newTest === 'sending' ? '; sending a new test …' : '; a new test waits for your tap'}
      </span>
    )}
  </>
);
