/** An answer that a browser shows as a button. */
export interface PushOption {
  readonly label: string;
  /** The token of an answer link. */
  readonly token: string;
}

/**
 * What the server sends to the page's service worker, as JSON. It has no addresses: the worker knows where it
 * was loaded from, and a person may have opened the page at another address than PUBLIC_URL.
 */
export interface PushMessage {
  /** A notification replaces the one with the same tag. */
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  /** What the page shows after a click: the part of its address that begins with `#`. */
  readonly hash: string;
  /** At most two, because browsers show no more. */
  readonly options: readonly PushOption[];
  /** Whether nothing is left to do: then it only changes a notification that is still shown. */
  readonly isOver: boolean;
}
