import { signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { cutText } from '../../../../src/domain/text/graphemes.ts';
import { FormattedText } from './formatted-text.tsx';

type Renderer = typeof import('./markdown.ts').renderMarkdown;

const renderer = signal<Renderer | null>(null);

/**
 * True when the renderer is loaded, or cannot be loaded. The page shows conversations only then: text that is
 * rendered after it was shown would change its height and move the page.
 */
export const isMarkdownReady = signal(false);

/** A longer text is cut after this many characters. A button then shows the whole text, as plain text. */
const MAX_CHARACTERS = 10_000;

let isLoading = false;

/** Loads the code that renders markdown, unless it is loaded already. */
export function loadMarkdown(): void {
  if (isLoading) return;
  isLoading = true;
  import('./markdown.ts').then(
    ({ renderMarkdown }) => {
      renderer.value = renderMarkdown;
      isMarkdownReady.value = true;
    },
    () => {
      // The browser is probably offline. Messages are shown as plain text.
      isLoading = false;
      isMarkdownReady.value = true;
    },
  );
}

/** Shows a message as formatted markdown, or as plain text until the renderer is loaded. */
export function MarkdownText({ text }: { readonly text: string }) {
  const plain = useRef<HTMLDivElement>(null);
  const showAll = useSignal(false);
  /** The button that shows the whole text disappears with its focus. */
  const shouldFocus = useRef(false);
  const render = renderer.value;
  const isClipped = text.length > MAX_CHARACTERS;
  const shownText = isClipped ? cutText(text, MAX_CHARACTERS) : text;
  useLayoutEffect(() => {
    if (shouldFocus.current) plain.current?.focus({ preventScroll: true });
    shouldFocus.current = false;
  }, [showAll.value]);
  return (
    <>
      {render === null || showAll.value ? (
        <div key="plain" class="markdown plain" dir="auto" ref={plain} tabIndex={-1}>
          {showAll.value ? text : shownText}
        </div>
      ) : (
        <FormattedText key="rendered" text={shownText} render={render} />
      )}
      {isClipped && !showAll.value && (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            showAll.value = true;
            shouldFocus.current = true;
          }}
        >
          Show all {text.length.toLocaleString()} characters
        </button>
      )}
    </>
  );
}
