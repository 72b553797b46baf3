import type { SessionGrant } from '../../application/permission/session-grant.ts';
import type { Session } from './open-prompts.ts';

/** How many grants one process remembers. Without a limit, sessions that never end would fill its memory. */
const MAX_GRANTS = 10_000;

/**
 * What people allowed for a session. It is kept in this process only: after a restart, and in another
 * process, the person is asked again.
 */
export class SessionGrants {
  readonly #keys = new Set<string>();

  has(session: Session, grant: SessionGrant): boolean {
    return this.#keys.has(grantKey(session, grant));
  }

  add(session: Session, grant: SessionGrant): void {
    this.#keys.add(grantKey(session, grant));
    if (this.#keys.size > MAX_GRANTS) this.#keys.delete(this.#keys.values().next().value!);
  }

  /** Forgets what was allowed for a session, because it has ended. */
  forget(session: Session): void {
    const start = startOf(session);
    for (const key of this.#keys) if (key.startsWith(start)) this.#keys.delete(key);
  }
}

const grantKey = (session: Session, grant: SessionGrant): string => `${startOf(session)}${grant.grantKey}`;

const startOf = ({ userId, agentInstanceId }: Session): string =>
  `${JSON.stringify([userId, agentInstanceId])} `;
