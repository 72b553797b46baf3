/**
 * Moves the focus to the first field of an element, or to its first button if it has no fields.
 * @returns false if there is neither
 */
export function focusFirstField(element: Element | null): boolean {
  const find = (selector: string) => element?.querySelector<HTMLElement>(selector);
  const first = find(':is(input, select, textarea):not(:disabled)') ?? find('button:not(:disabled)');
  first?.focus();
  return first != null;
}
