import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface CopyTextProps {
  readonly text: string;
  /** What the text is, for the button's label: `Copy key`. */
  readonly label: string;
}

const COPIED_SHOWN_MS = 2_000;

/** A text with a copy button. If the browser does not allow copying, the user can still select the text. */
export function CopyText({ text, label }: CopyTextProps) {
  const copied = useSignal(false);
  const code = useRef<HTMLElement>(null);
  const copy = async () => {
    // Browsers offer the clipboard only on HTTPS and on localhost.
    if (navigator.clipboard !== undefined) await navigator.clipboard.writeText(text);
    else if (!copySelected(code.current)) return;
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, COPIED_SHOWN_MS);
  };
  return (
    <div class="copy">
      <code ref={code}>{text}</code>
      <button type="button" class="plain-button" onClick={() => void copy().catch(() => null)}>
        <Icon name={copied.value ? 'check' : 'copy'} />
        <span aria-live="polite">{copied.value ? 'Copied' : `Copy ${label}`}</span>
      </button>
    </div>
  );
}

function copySelected(element: HTMLElement | null): boolean {
  if (element === null) return false;
  getSelection()?.selectAllChildren(element);
  return document.execCommand('copy');
}
