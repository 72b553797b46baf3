import type { UserId } from '../../domain/ids.ts';
import type { Signal } from '../../ports/signals/signals.ts';
import type { Versions } from '../../ports/storage/versions.ts';
import type { UserData } from './user-data.ts';

/** Reads the versions of the instances in an in-memory repository. */
export function inMemoryVersions({ users }: { readonly users: ReadonlyMap<UserId, UserData> }): Versions {
  const versionsOf = (userId: UserId): Signal[] =>
    [...(users.get(userId)?.instances.values() ?? [])].map(({ instance }) => ({
      userId,
      agentInstanceId: instance.id,
      version: instance.version,
    }));
  return {
    async currentVersions(instances) {
      return instances.flatMap(({ userId, agentInstanceId, version: seenVersion }) => {
        const { version = 0 } = users.get(userId)?.instances.get(agentInstanceId)?.instance ?? {};
        return version > seenVersion ? [{ userId, agentInstanceId, version }] : [];
      });
    },
    async versionsOfUsers(watched) {
      return watched.flatMap(({ userId, total }) => {
        const versions = versionsOf(userId);
        const sum = versions.reduce((sumSoFar, { version }) => sumSoFar + version, 0);
        // Every change raises the sum, so with an equal sum no instance has changed.
        return sum === total ? [] : versions;
      });
    },
  };
}
