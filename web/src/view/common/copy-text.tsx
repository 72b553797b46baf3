import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface CopyTextProps {
  readonly text: string;
  /** The word for the text in the button's label: `key` gives `Copy key`. */
  readonly label: string;
  readonly onCopy?: () => void;
}

/** How long the button says `Copied`. */
const SHOW_COPIED_MS = 2_000;

/** A text with a copy button. If the browser does not allow copying, the user can still select the text. */
export function CopyText({ text, label, onCopy }: CopyTextProps) {
  const isCopied = useSignal(false);
  const codeElement = useRef<HTMLElement>(null);
  const copy = async () => {
    // `navigator.clipboard` exists only on HTTPS and on localhost.
    if (navigator.clipboard !== undefined) await navigator.clipboard.writeText(text);
    else if (!selectAndCopy(codeElement.current)) return;
    isCopied.value = true;
    onCopy?.();
    setTimeout(() => {
      isCopied.value = false;
    }, SHOW_COPIED_MS);
  };
  return (
    <div class="copy">
      <code ref={codeElement}>{text}</code>
      <button type="button" class="plain-button" onClick={() => void copy().catch(() => null)}>
        <Icon name={isCopied.value ? 'check' : 'copy'} />
        <span aria-live="polite">{isCopied.value ? 'Copied' : `Copy ${label}`}</span>
      </button>
    </div>
  );
}

/** Copies the way older browsers do: selects the text first. Returns whether it was copied. */
function selectAndCopy(element: HTMLElement | null): boolean {
  if (element === null) return false;
  getSelection()?.selectAllChildren(element);
  return document.execCommand('copy');
}
