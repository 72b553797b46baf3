/** How often the page says that it is looked at. The server counts each call for 60 s. */
export const NOTE_INTERVAL_MS = 30_000;
/** How long after the last movement a person still counts as being there. */
const ATTENTION_MS = 60_000;

export interface Activity {
  /** When the person last did something on the page. */
  readonly lastAt: number;
  /** When the server was last told so. */
  readonly notedAt: number;
  readonly isVisible: boolean;
  /** Whether anything could wait for the person at all. */
  readonly hasDestinations: boolean;
}

/** Whether the server has to be told now that the person looks at the page. */
export const mustNote = ({ lastAt, notedAt, isVisible, hasDestinations }: Activity, now: number): boolean =>
  isVisible && hasDestinations && now - lastAt < ATTENTION_MS && now - notedAt >= NOTE_INTERVAL_MS;
