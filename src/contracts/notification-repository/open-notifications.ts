import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import type { DataRemoval } from '../../ports/storage/data-removal.ts';
import type { NotificationRepository } from '../../ports/storage/notification-repository.ts';

/**
 * A store under test. The first two repositories belong to one process and the second two to another one, if
 * the adapter supports several processes. All of them share the data.
 */
export interface OpenNotifications {
  readonly repositories: readonly [NotificationRepository, NotificationRepository];
  readonly instances: readonly [AgentInstanceRepository, AgentInstanceRepository];
  readonly removal: DataRemoval;
}
