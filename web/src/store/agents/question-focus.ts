import { signal } from '@preact/signals';

/** Which question gets the focus as soon as it is shown: the next one of an instance. */
interface FocusRequest {
  readonly instanceId: string;
  /** The question that was answered last, which does not count. Null: none was. */
  readonly after: string | null;
}

/** Null: no question gets the focus. None takes it by itself: the user has answered, or pressed a key. */
export const focusRequest = signal<FocusRequest | null>(null);

export function focusNextQuestion(instanceId: string, after: string | null): void {
  focusRequest.value = { instanceId, after };
}

/** Forgets the request for an instance. One for another instance stays. */
export function forgetFocusRequest(instanceId: string): void {
  if (focusRequest.peek()?.instanceId === instanceId) focusRequest.value = null;
}
