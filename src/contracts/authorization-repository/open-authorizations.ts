import type { AuthorizationRepository } from '../../ports/storage/authorization-repository.ts';
import type { DataRemoval } from '../../ports/storage/data-removal.ts';

/**
 * A store under test. The second repository belongs to another process, if the adapter supports several. All
 * of them share the data.
 */
export interface OpenAuthorizations {
  readonly repositories: readonly [AuthorizationRepository, AuthorizationRepository];
  readonly removal: DataRemoval;
}
