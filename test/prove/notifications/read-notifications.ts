import type { NotifiedUser } from './notified-user.ts';

/** A notification as its user gets it, with the fields that the proof reads. */
export interface SeenNotification {
  readonly id: string;
  readonly over_at: string | null;
  readonly deliveries: readonly {
    readonly channel: string;
    readonly status: string;
    readonly sent_at: string | null;
    readonly error: string | null;
  }[];
}

/** Reads all notifications of a user, page by page. */
export async function readNotifications(
  { dashboardToken }: NotifiedUser,
  port: number,
): Promise<readonly SeenNotification[]> {
  const seen: SeenNotification[] = [];
  const headers = { authorization: `Bearer ${dashboardToken}` };
  let url: URL | null = new URL(`http://127.0.0.1:${port}/api/v1/notifications?limit=100`);
  while (url !== null) {
    const response: Response = await fetch(url, { headers });
    if (!response.ok) throw new Error(`GET ${url}: ${response.status} ${await response.text()}`);
    seen.push(...((await response.json()) as SeenNotification[]));
    const next: string | undefined = /<([^>]+)>; *rel="?next/.exec(response.headers.get('link') ?? '')?.[1];
    url = next === undefined ? null : new URL(next, url);
  }
  return seen;
}
