import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import type { FormAnswer } from '../../../../src/domain/question/form.ts';
import { formOfChange } from '../../model/notification/channel-form.ts';
import { initialEntries } from '../../model/question/form-entries.ts';
import type { Destination, NotificationChannel } from '../../model/wire.ts';
import { changeDestination, loadChannels, type Refusal } from '../../store/notifications/destinations.ts';
import { showError } from '../../store/page/notices.ts';
import { Dialog } from '../common/dialog.tsx';
import { SchemaForm } from '../common/form/schema-form.tsx';
import { NameField } from './name-field.tsx';

/** A button, and the dialog that it opens: the name and the settings of a destination. */
export function ChangeDestination({ destination }: { readonly destination: Destination }) {
  /** Undefined: the dialog is closed. Null: the server does not have the channel any more. */
  const channel = useSignal<NotificationChannel | null | undefined>(undefined);
  const open = () => {
    loadChannels().then((channels) => {
      channel.value = channels.find((each) => each.channel === destination.channel) ?? null;
    }, showError);
  };
  return (
    <>
      <button type="button" class="text-button" onClick={open}>
        Change<span class="for-screen-readers"> {destination.name}</span>
      </button>
      {channel.value !== undefined && (
        <ChangeDialog
          destination={destination}
          channel={channel.value}
          onClose={() => (channel.value = undefined)}
        />
      )}
    </>
  );
}

interface ChangeDialogProps {
  readonly destination: Destination;
  readonly channel: NotificationChannel | null;
  readonly onClose: () => void;
}

function ChangeDialog({ destination, channel, onClose }: ChangeDialogProps) {
  const form = useMemo(() => formOfChange(channel), [channel]);
  const first = useMemo(() => initialEntries(form), [form]);
  const name = useSignal(destination.name);
  const isNameMissing = useSignal(false);
  const refusal = useSignal<Refusal | null>(null);
  const isSending = useSignal(false);
  const nameField = useRef<HTMLDivElement>(null);
  const save = async (settings: FormAnswer | null) => {
    isNameMissing.value = name.value.trim() === '';
    if (isNameMissing.value) {
      nameField.current?.querySelector('input')?.focus();
      return;
    }
    isSending.value = true;
    refusal.value = await changeDestination(destination, name.value.trim(), settings);
    isSending.value = false;
    if (refusal.value === null) onClose();
  };
  return (
    <Dialog title={`Change “${destination.name}”`} onClose={onClose}>
      <SchemaForm
        form={form}
        first={first}
        label="Name and settings"
        submitLabel="Save"
        isSending={isSending.value}
        secretFields={channel?.secret_fields ?? []}
        refusal={refusal.value?.fields ?? null}
        problem={refusal.value?.text ?? null}
        onChange={() => {
          if (refusal.value?.text) refusal.value = { ...refusal.value, text: null };
        }}
        onSubmit={(settings) => void save(settings)}
        onUnchanged={() => void save(null)}
        marksRequired={false}
        before={
          <>
            {Object.keys(form.properties).length > 0 && (
              <div class="shaped-description change-note">
                <p>
                  To change only the name, leave the other fields empty. To change anything else, fill in all
                  fields that you need: they replace all stored settings, which are never shown again.
                </p>
                <p>
                  Present address: <span dir="auto">{destination.address}</span>
                </p>
              </div>
            )}
            <div ref={nameField}>
              <NameField
                first={destination.name}
                error={isNameMissing.value ? 'Give it a name.' : null}
                onInput={(text) => {
                  name.value = text;
                  isNameMissing.value = false;
                }}
              />
            </div>
          </>
        }
      />
    </Dialog>
  );
}
