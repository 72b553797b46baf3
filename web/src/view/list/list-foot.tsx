import { useSignal } from '@preact/signals';
import { dashboard } from '../../store/agents/dashboard.ts';
import { CleanUpDialog } from './clean-up-dialog.tsx';
import { DeletedDialog } from './deleted-dialog.tsx';

/** Leads to what concerns many agents at once. */
export function ListFoot() {
  const openDialog = useSignal<'clean-up' | 'deleted' | null>(null);
  const close = () => {
    openDialog.value = null;
  };
  return (
    <div class="list-foot">
      {dashboard.value.instances.size > 0 && (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            openDialog.value = 'clean-up';
          }}
        >
          Clean up…
        </button>
      )}
      <button
        type="button"
        class="text-button"
        onClick={() => {
          openDialog.value = 'deleted';
        }}
      >
        Deleted agents…
      </button>
      {openDialog.value === 'clean-up' && <CleanUpDialog onClose={close} />}
      {openDialog.value === 'deleted' && <DeletedDialog onClose={close} />}
    </div>
  );
}
