import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { formatRoute } from '../../model/route.ts';

interface OverProps {
  readonly title: string;
  readonly children?: ComponentChildren;
}

/** There is nothing to answer with the link, or no more. Screen readers read out why. */
export function Over({ title, children }: OverProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that was pressed is gone, and the focus with it.
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <>
      <h1 tabIndex={-1} ref={heading}>
        {title}
      </h1>
      {children}
      <p>
        <a href={formatRoute({ page: 'list' })}>Open the dashboard</a>
      </p>
    </>
  );
}
