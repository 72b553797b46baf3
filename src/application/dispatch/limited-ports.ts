import type { AgentInstanceId } from '../../domain/ids.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import type { DashboardQueries } from '../../ports/storage/dashboard-queries.ts';
import { notAllowedForLimitedKey } from '../errors.ts';
import type { Ports } from '../use-case.ts';

/**
 * Limits the ports to one agent instance, for a caller whose API key is limited to it. Every use case that
 * such a caller runs gets these ports, so no use case has to check the limit. A key that leaks from a
 * container then gives access to one instance only.
 *
 * A call that names another instance is refused, whether that instance exists or not. Ids of messages in
 * another instance behave like ids that do not exist.
 */
export function limitedPorts(ports: Ports, onlyInstance: AgentInstanceId): Ports {
  return {
    ...ports,
    repository: limitedRepository(ports.repository, onlyInstance),
    queries: limitedQueries(ports.queries, onlyInstance),
    apiKeys: null,
    removal: null,
    notificationPorts: null,
  };
}

function limitedRepository(
  repository: AgentInstanceRepository,
  onlyInstance: AgentInstanceId,
): AgentInstanceRepository {
  return {
    async update(target, decide) {
      if (target.agentInstanceId !== onlyInstance) throw notAllowedForLimitedKey();
      return repository.update(target, decide);
    },
    async instanceOfMessage(userId, messageId) {
      const instanceId = await repository.instanceOfMessage(userId, messageId);
      return instanceId === onlyInstance ? instanceId : null;
    },
    async questionState(userId, questionId) {
      const state = await repository.questionState(userId, questionId);
      return state?.agentInstanceId === onlyInstance ? state : null;
    },
    nextDeadlines: (limit) => repository.nextDeadlines(limit),
    deleteIdempotencyRecords: (time) => repository.deleteIdempotencyRecords(time),
    ping: () => repository.ping(),
  };
}

function limitedQueries(queries: DashboardQueries, onlyInstance: AgentInstanceId): DashboardQueries {
  return {
    async listInstances(userId, { waitingHere }) {
      const overview = await queries.readConversation(userId, onlyInstance, {
        waitingHere,
        limit: 0,
        before: null,
      });
      const isListed = overview !== null && overview.instance.status !== 'DELETED';
      return { instances: isListed ? [overview] : [], next: null };
    },
    async agentTypes() {
      throw notAllowedForLimitedKey();
    },
    async readConversation(userId, agentInstanceId, request) {
      if (agentInstanceId !== onlyInstance) throw notAllowedForLimitedKey();
      return queries.readConversation(userId, agentInstanceId, request);
    },
    async changesSince(userId, agentInstanceId, seen, request) {
      if (agentInstanceId !== onlyInstance) throw notAllowedForLimitedKey();
      return queries.changesSince(userId, agentInstanceId, seen, request);
    },
    async progress() {
      throw notAllowedForLimitedKey();
    },
    async searchMessages() {
      throw notAllowedForLimitedKey();
    },
  };
}
