import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Rendered, renderMarkdown } from './markdown.ts';

interface FormattedTextProps {
  readonly text: string;
  readonly render: typeof renderMarkdown;
}

/** Shows formatted markdown. The text is plain while a worker parses it, and when it is too complex. */
export function FormattedText({ text, render }: FormattedTextProps) {
  const element = useRef<HTMLDivElement>(null);
  const isTooComplex = useSignal(false);
  useLayoutEffect(() => {
    let isShown = true;
    const fill = (rendered: Rendered) => {
      element.current?.classList.toggle('plain', rendered === null);
      element.current?.replaceChildren(rendered ?? text);
    };
    const finish = (rendered: Rendered) => {
      if (!isShown) return;
      fill(rendered);
      isTooComplex.value = rendered === null;
    };
    const rendered = render(text);
    if (rendered instanceof Promise) {
      fill(null);
      void rendered.then(finish);
    } else finish(rendered);
    return () => {
      isShown = false;
    };
  }, [render, text]);
  return (
    <>
      <div class="markdown" ref={element} dir="auto" />
      {isTooComplex.value && <p class="text-note">This text is too complex to format.</p>}
    </>
  );
}
