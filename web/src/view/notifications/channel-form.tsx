import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { FormAnswer } from '../../../../src/domain/question/form.ts';
import { formOfChannel } from '../../model/notification/channel-form.ts';
import { initialEntries } from '../../model/question/form-entries.ts';
import type { NotificationChannel } from '../../model/wire.ts';
import { addDestination, type Refusal } from '../../store/notifications/destinations.ts';
import { focusFirstField } from '../common/focus-first-field.ts';
import { SchemaForm } from '../common/form/schema-form.tsx';
import { NameField } from './name-field.tsx';

interface ChannelFormProps {
  readonly channel: NotificationChannel;
  /** Called with the id of the new destination. */
  readonly onAdded: (id: string) => void;
  readonly onCancel: () => void;
}

/** What a channel needs to know about a destination. */
export function ChannelForm({ channel, onAdded, onCancel }: ChannelFormProps) {
  const form = formOfChannel(channel);
  const first = useMemo(() => initialEntries(form), [channel]);
  const name = useSignal('');
  const refusal = useSignal<Refusal | null>(null);
  const isSending = useSignal(false);
  const section = useRef<HTMLElement>(null);
  useEffect(() => void focusFirstField(section.current), []);
  const submit = async (settings: FormAnswer) => {
    isSending.value = true;
    const result = await addDestination(channel.channel, name.value.trim(), settings);
    isSending.value = false;
    if ('id' in result) onAdded(result.id);
    else refusal.value = result;
  };
  return (
    <section class="new-destination" aria-labelledby="channel-title" ref={section}>
      <h3 id="channel-title">{channel.title}</h3>
      <p class="muted">{channel.hint}</p>
      <SchemaForm
        form={form}
        first={first}
        label="Settings"
        submitLabel="Add"
        isSending={isSending.value}
        secretFields={channel.secret_fields}
        refusal={refusal.value?.fields ?? null}
        problem={refusal.value?.text ?? null}
        onChange={() => {
          if (refusal.value?.text) refusal.value = { ...refusal.value, text: null };
        }}
        onSubmit={(settings) => void submit(settings)}
        after={<NameField first="" placeholder={channel.title} onInput={(text) => (name.value = text)} />}
      />
      <button type="button" class="text-button" onClick={onCancel}>
        Cancel
      </button>
    </section>
  );
}
