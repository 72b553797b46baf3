/** What the service worker sends to a page that is open. */
export type PageMessage =
  /** The fragment of the page's address that the page shall show. */
  | { readonly openHash: string }
  /** The browser has ended or replaced its subscription to push messages. */
  | { readonly isSubscriptionChanged: true };

/** The tag of the notification that asks the person to open the page, because the server has to be told. */
export const RENEWAL_TAG = 'subscription';
