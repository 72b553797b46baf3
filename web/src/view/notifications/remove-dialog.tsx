import type { Destination } from '../../model/wire.ts';
import { Dialog } from '../common/dialog.tsx';

interface RemoveDialogProps {
  readonly destination: Destination;
  readonly onRemove: () => void;
  readonly onClose: () => void;
}

export function RemoveDialog({ destination, onRemove, onClose }: RemoveDialogProps) {
  return (
    <Dialog title={`Remove “${destination.name}”?`} onClose={onClose}>
      <p>Nothing is sent there any more, and the links that were sent there stop working.</p>
      <div class="dialog-actions">
        <button type="button" class="plain-button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="main-button" onClick={onRemove}>
          Remove
        </button>
      </div>
    </Dialog>
  );
}
