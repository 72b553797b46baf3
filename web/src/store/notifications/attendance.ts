import { computed, effect, untracked } from '@preact/signals';
import { mustNote, NOTE_INTERVAL_MS } from '../../model/notification/activity.ts';
import { request } from '../../server/request.ts';
import { signedInUser } from '../session/signed-in-user.ts';
import { destinations, isDisabled, loadDestinations } from './destinations.ts';

/** How often the page looks whether a destination fails. */
const HEALTH_INTERVAL_MS = 3 * 60_000;
const CHECK_INTERVAL_MS = NOTE_INTERVAL_MS / 6;

/**
 * What shows that somebody is there. Not `scroll`: the page itself scrolls to new messages. Who scrolls by
 * hand does so with the wheel, a finger, the pointer or a key.
 */
const SIGNS_OF_LIFE = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove'] as const;

let lastAt = Date.now();
let notedAt = Number.NEGATIVE_INFINITY;

/**
 * Keeps the page and the server informed of each other while a user is signed in: the page of destinations
 * that fail, and the server of whether somebody looks at the page, so that other destinations can wait.
 */
export function startAttendance(): void {
  const userId = computed(() => signedInUser.value?.user_id ?? null);
  effect(() => {
    if (userId.value === null) return undefined;
    untracked(look);
    const looking = setInterval(look, HEALTH_INTERVAL_MS);
    const noting = setInterval(note, CHECK_INTERVAL_MS);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(looking);
      clearInterval(noting);
      document.removeEventListener('visibilitychange', look);
      destinations.value = null;
      isDisabled.value = false;
    };
  });
  const onSign = () => {
    lastAt = Date.now();
  };
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, onSign, { capture: true, passive: true });
}

function look(): void {
  if (document.visibilityState === 'visible' && !isDisabled.value) void loadDestinations().catch(() => null);
}

function note(): void {
  const isVisible = document.visibilityState === 'visible';
  const hasDestinations = (destinations.value ?? []).length > 0;
  if (!mustNote({ lastAt, notedAt, isVisible, hasDestinations }, Date.now())) return;
  notedAt = Date.now();
  void request('POST', '/notifications/active').catch(() => null);
}
