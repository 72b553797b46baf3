import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { NotificationChannel } from '../../model/wire.ts';
import { loadChannels } from '../../store/notifications/destinations.ts';
import { showError } from '../../store/page/notices.ts';
import { focusFirstField } from '../common/focus-first-field.ts';
import { ChannelForm } from './channel-form.tsx';
import { testButtonId } from './destination-list.tsx';

/** Adds a destination: the user chooses a channel first, and then fills in what it needs. */
export function NewDestination() {
  /** Null: the user adds nothing now. */
  const channels = useSignal<readonly NotificationChannel[] | null>(null);
  const chosen = useSignal<NotificationChannel | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const open = () => {
    loadChannels().then((loaded) => {
      channels.value = loaded;
    }, showError);
  };
  /** @param findNext finds what gets the focus: the button that was pressed is gone */
  const close = (findNext: () => HTMLElement | null) => {
    channels.value = null;
    chosen.value = null;
    requestAnimationFrame(() => findNext()?.focus());
  };
  const cancel = () => close(() => button.current);
  if (channels.value === null)
    return (
      <button type="button" class="main-button" ref={button} onClick={open}>
        Add a destination
      </button>
    );
  if (chosen.value === null)
    return <ChannelChoice channels={channels.value} chosen={chosen} onCancel={cancel} />;
  return (
    <ChannelForm
      channel={chosen.value}
      onAdded={(id) => close(() => document.getElementById(testButtonId(id)))}
      onCancel={cancel}
    />
  );
}

interface ChannelChoiceProps {
  readonly channels: readonly NotificationChannel[];
  readonly chosen: { value: NotificationChannel | null };
  readonly onCancel: () => void;
}

function ChannelChoice({ channels, chosen, onCancel }: ChannelChoiceProps) {
  const section = useRef<HTMLElement>(null);
  useEffect(() => void focusFirstField(section.current), []);
  const missing = channels.filter(({ ready }) => !ready);
  return (
    <section class="new-destination" aria-labelledby="choose-channel" ref={section}>
      <h3 id="choose-channel">How do you want to be notified?</h3>
      <div class="channels">
        {channels
          // A browser is turned on in itself.
          .filter(({ ready, public_key }) => ready && public_key === null)
          .map((channel) => (
            <button
              type="button"
              class="option"
              key={channel.channel}
              onClick={() => {
                chosen.value = channel;
              }}
            >
              <span>{channel.title}</span> <span class="option-description">{channel.hint}</span>
            </button>
          ))}
      </div>
      {missing.length > 0 && (
        <>
          <h4>Not set up on this server</h4>
          <ul class="missing-channels">
            {missing.map(({ channel, title, hint }) => (
              <li key={channel}>
                <strong>{title}</strong> {hint}
              </li>
            ))}
          </ul>
        </>
      )}
      <button type="button" class="text-button" onClick={onCancel}>
        Cancel
      </button>
    </section>
  );
}
