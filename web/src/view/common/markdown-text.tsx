import { signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

type Renderer = (text: string) => DocumentFragment;

const renderer = signal<Renderer | null>(null);

/** Rendered at once or not at all: text that turns into markdown later would jump. */
export const markdownIsReady = signal(false);

/** Longer texts than this are for a tool, not for a screen: their rest is shown on demand, as it is. */
const CLIPPED_AT = 10_000;

let isLoading = false;

export function loadMarkdown(): void {
  if (isLoading) return;
  isLoading = true;
  import('./markdown.ts').then(
    ({ renderMarkdown }) => {
      renderer.value = renderMarkdown;
      markdownIsReady.value = true;
    },
    () => {
      // Offline: plain text is better than nothing.
      isLoading = false;
      markdownIsReady.value = true;
    },
  );
}

export function MarkdownText({ text }: { readonly text: string }) {
  const element = useRef<HTMLDivElement>(null);
  const whole = useSignal(false);
  const render = renderer.value;
  const isClipped = text.length > CLIPPED_AT;
  const shown = isClipped ? text.slice(0, CLIPPED_AT) : text;
  useLayoutEffect(() => {
    if (render !== null && !whole.value) element.current?.replaceChildren(render(shown));
  }, [render, shown, whole.value]);
  return (
    <>
      {render === null || whole.value ? (
        <div key="plain" class="markdown plain">
          {whole.value ? text : shown}
        </div>
      ) : (
        <div key="rendered" class="markdown" ref={element} dir="auto" />
      )}
      {isClipped && !whole.value && (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            whole.value = true;
          }}
        >
          Show all {text.length.toLocaleString()} characters
        </button>
      )}
    </>
  );
}
