import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface CopyTextProps {
  readonly text: string;
  /** What it is, for the button's label. */
  readonly what: string;
}

const TOLD_MS = 2_000;

/** A text to be taken elsewhere. Where the browser refuses to copy, it can still be selected. */
export function CopyText({ text, what }: CopyTextProps) {
  const copied = useSignal(false);
  const code = useRef<HTMLElement>(null);
  const copy = async () => {
    // Browsers have the clipboard on HTTPS and localhost only.
    if (navigator.clipboard !== undefined) await navigator.clipboard.writeText(text);
    else if (!copySelected(code.current)) return;
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, TOLD_MS);
  };
  return (
    <div class="copy">
      <code ref={code}>{text}</code>
      <button type="button" class="plain-button" onClick={() => void copy().catch(() => null)}>
        <Icon name={copied.value ? 'check' : 'copy'} />
        <span aria-live="polite">{copied.value ? 'Copied' : `Copy ${what}`}</span>
      </button>
    </div>
  );
}

function copySelected(element: HTMLElement | null): boolean {
  if (element === null) return false;
  getSelection()?.selectAllChildren(element);
  return document.execCommand('copy');
}
