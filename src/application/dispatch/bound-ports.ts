import type { AgentInstanceId } from '../../domain/ids.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import type { DashboardQueries } from '../../ports/storage/dashboard-queries.ts';
import { outsideOfKey } from '../errors.ts';
import type { Ports } from '../use-case.ts';

/**
 * The ports as a caller sees them whose key is for one agent instance. It stands between every use case and
 * the stores, so no use case has to think of it: what leaked from a container can touch nothing else.
 *
 * To name another instance is refused, whether there is one or not; ids that lead to another instance are
 * as good as ids that do not exist.
 */
export function boundPorts(ports: Ports, bound: AgentInstanceId): Ports {
  return {
    ...ports,
    repository: boundRepository(ports.repository, bound),
    queries: boundQueries(ports.queries, bound),
    apiKeys: null,
    removal: null,
  };
}

function boundRepository(
  repository: AgentInstanceRepository,
  bound: AgentInstanceId,
): AgentInstanceRepository {
  return {
    async update(target, decide) {
      if (target.agentInstanceId !== bound) throw outsideOfKey();
      return repository.update(target, decide);
    },
    async instanceOfMessage(userId, messageId) {
      const found = await repository.instanceOfMessage(userId, messageId);
      return found === bound ? found : null;
    },
    forgetRecords: (time) => repository.forgetRecords(time),
    ping: () => repository.ping(),
  };
}

function boundQueries(queries: DashboardQueries, bound: AgentInstanceId): DashboardQueries {
  return {
    async listInstances(userId, { waitingHere }) {
      const found = await queries.readConversation(userId, bound, { waitingHere, limit: 0, before: null });
      const isListed = found !== null && found.instance.status !== 'DELETED';
      return { instances: isListed ? [found] : [], next: null };
    },
    async agentTypes() {
      throw outsideOfKey();
    },
    async readConversation(userId, agentInstanceId, request) {
      if (agentInstanceId !== bound) throw outsideOfKey();
      return queries.readConversation(userId, agentInstanceId, request);
    },
    async changesSince(userId, agentInstanceId, seen, view) {
      if (agentInstanceId !== bound) throw outsideOfKey();
      return queries.changesSince(userId, agentInstanceId, seen, view);
    },
    async progress() {
      throw outsideOfKey();
    },
  };
}
