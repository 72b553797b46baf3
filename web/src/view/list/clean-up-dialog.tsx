import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type CleanUp, cleanUpText } from '../../model/clean-up.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { cleanUp, findToCleanUp } from '../../store/agents/clean-up.ts';
import { showError } from '../../store/page/notices.ts';
import { Dialog } from '../common/dialog.tsx';

const HOUR_MS = 3_600_000;
const TIMES: readonly (readonly [text: string, ms: number])[] = [
  ['any time', 0],
  ['an hour', HOUR_MS],
  ['a day', 24 * HOUR_MS],
  ['a week', 7 * 24 * HOUR_MS],
  ['30 days', 30 * 24 * HOUR_MS],
];

const EFFECTS: { readonly [Kind in CleanUp]: string } = {
  end: 'Their open questions are closed. Each agent is told to stop with its next call, or stopped at its next use of a tool.',
  delete: 'They can be restored for 30 days.',
};

/** Ends all silent agents, or deletes all ended ones, after a confirmation that says how many. */
export function CleanUpDialog({ onClose }: { readonly onClose: () => void }) {
  const kind = useSignal<CleanUp>('end');
  const minMs = useSignal(TIMES[2]![1]);
  const found = useSignal<readonly AgentInstance[] | null>(null);
  useEffect(() => {
    let isCurrent = true;
    found.value = null;
    findToCleanUp(kind.value, minMs.value).then((instances) => {
      if (isCurrent) found.value = instances;
    }, showError);
    return () => {
      isCurrent = false;
    };
  }, [kind.value, minMs.value]);
  const instances = found.value;
  const confirm = (event: Event) => {
    event.preventDefault();
    if (instances === null || instances.length === 0) return;
    void cleanUp(kind.value, instances);
    onClose();
  };
  return (
    <Dialog title="Clean up" onClose={onClose}>
      <form onSubmit={confirm}>
        <label for="clean-up-kind">What to do</label>
        <select
          id="clean-up-kind"
          value={kind.value}
          onChange={(event) => {
            kind.value = event.currentTarget.value as CleanUp;
          }}
        >
          <option value="end">End agents that are silent</option>
          <option value="delete">Delete agents that have ended</option>
        </select>
        <label for="clean-up-time">For at least</label>
        <select
          id="clean-up-time"
          value={minMs.value}
          onChange={(event) => {
            minMs.value = Number(event.currentTarget.value);
          }}
        >
          {TIMES.map(([text, ms]) => (
            <option key={ms} value={ms}>
              {text}
            </option>
          ))}
        </select>
        <p role="status">
          {instances === null
            ? 'Counting…'
            : instances.length === 0
              ? 'There are no such agents.'
              : EFFECTS[kind.value]}
        </p>
        <div class="dialog-actions">
          <button type="button" class="plain-button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="main-button" disabled={!instances?.length}>
            {cleanUpText(kind.value, instances?.length ?? 0)}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
