/** What decides whether a browser can show notifications while the page is closed. */
export interface PushEnvironment {
  /** HTTPS, or localhost. */
  readonly isSecure: boolean;
  /** Whether it has service workers, notifications and the Push API. */
  readonly hasPush: boolean;
  /** iPhones and iPads have the Push API only in a page that was opened from the home screen. */
  readonly isIos: boolean;
  readonly permission: NotificationPermission;
}

/** Says why this browser cannot notify, and what to do; null: it can. */
export function reasonAgainstPush({ isSecure, hasPush, isIos, permission }: PushEnvironment): string | null {
  if (!isSecure)
    return 'Browsers notify only for pages at an address with HTTPS, or on localhost. This page is at neither: whoever runs this server can add HTTPS.';
  if (!hasPush && isIos)
    return 'Add this page to the home screen first: Share, then Add to Home Screen. Then open it from there.';
  if (!hasPush) return 'This browser cannot notify you while this page is closed.';
  if (permission === 'denied')
    return 'This browser blocks notifications of this page. Allow them in its settings for this site, then load this page again.';
  return null;
}

/** Says why the browser could not subscribe at its push service. */
export const subscribeErrorText = (error: unknown): string =>
  error instanceof Error && error.name === 'NotAllowedError'
    ? 'This browser did not allow notifications. In a private window it never does.'
    : `This browser could not subscribe at its push service (${error instanceof Error ? error.message : error}). Brave needs “Use Google services for push messaging” in its settings.`;
