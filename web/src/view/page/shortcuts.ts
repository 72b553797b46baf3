import { formatRoute, type Route } from '../../model/route.ts';
import { waitingInstances } from '../../store/agents/dashboard.ts';
import { neighbourId, nextWaitingId } from '../../store/agents/list.ts';
import { focusNextQuestion } from '../../store/agents/question-focus.ts';
import { newToken } from '../../store/api-keys.ts';
import { currentRoute, goBack, goTo, replaceRoute } from '../../store/page/current-route.ts';
import { showNotice } from '../../store/page/notices.ts';
import { isShortcutsDialogOpen } from './shortcuts-dialog.tsx';

/**
 * Starts the page's keyboard shortcuts. They do nothing while the user types, and leave the browser's own
 * shortcuts alone.
 * @returns a function that stops them
 */
export function listenForShortcuts(): () => void {
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

const ACTIONS: { readonly [key: string]: () => void } = {
  j: () => openNeighbour(1),
  k: () => openNeighbour(-1),
  n: openNextWaiting,
  '/': () => focus('#search'),
  r: () => focus('#answer'),
  a: () => focus('#answer'),
  d: toggleTab,
  End: () => document.querySelector<HTMLButtonElement>('.to-end')?.click(),
  '?': () => {
    isShortcutsDialogOpen.value = true;
  },
  Escape: leaveView,
};

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector('dialog[open]') !== null) return;
  if (isTextField(event.target)) {
    if (event.key === 'Escape') (event.target as HTMLElement).blur();
    return;
  }
  if (isListRow(event.target) && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    moveRowFocus(event.key === 'ArrowDown' ? 1 : -1);
    return;
  }
  const action =
    ACTIONS[event.key] ?? (/^[1-9]$/.test(event.key) ? () => focusOption(Number(event.key)) : null);
  if (action === null) return;
  event.preventDefault();
  action();
}

const isTextField = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement;

const isListRow = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('.row');

const listRows = (): HTMLAnchorElement[] => [...document.querySelectorAll<HTMLAnchorElement>('.row')];

/** Goes back to the list, but not from a new key that may not be copied yet. */
function leaveView(): void {
  if (currentRoute.value.page === 'keys' && newToken.value?.isCopied === false)
    showNotice('Copy the new key first: it cannot be shown again. Then press Done.');
  else goBack();
}

/** Opens the next or previous instance of the list. */
function openNeighbour(offset: 1 | -1): void {
  const id = neighbourId(offset);
  if (id !== null) openInstance(id);
}

/** Opens the next instance that waits, and moves the focus to its question. */
function openNextWaiting(): void {
  const id = nextWaitingId();
  if (id === null) {
    const isOpen = waitingInstances.value.length > 0;
    showNotice(isOpen ? 'No other agent is waiting for you.' : 'No agent is waiting for you.');
    return;
  }
  focusNextQuestion(id, null);
  openInstance(id);
}

function openInstance(id: string): void {
  const route: Route = { page: 'instance', id, tab: 'conversation' };
  // Replacing the route lets the browser's Back button return to the list, not to each instance before.
  (currentRoute.value.page === 'instance' ? replaceRoute : goTo)(route);
  listRows()
    .find(({ hash }) => hash === formatRoute(route))
    ?.scrollIntoView({ block: 'nearest' });
}

/** Moves the focus to the next or previous row of the list. */
function moveRowFocus(offset: 1 | -1): void {
  const rows = listRows();
  rows[rows.indexOf(document.activeElement as HTMLAnchorElement) + offset]?.focus();
}

const focus = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus();

const focusOption = (number: number): void =>
  document.querySelectorAll<HTMLElement>('.option, .shaped input')[number - 1]?.focus();

function toggleTab(): void {
  const route = currentRoute.value;
  if (route.page !== 'instance') return;
  replaceRoute({ ...route, tab: route.tab === 'changes' ? 'conversation' : 'changes' });
}
