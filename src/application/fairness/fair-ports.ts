import type { UserId } from '../../domain/ids.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import type { DashboardQueries } from '../../ports/storage/dashboard-queries.ts';
import type { Ports } from '../use-case.ts';
import { UserTurns } from './user-turns.ts';

/** Lets users take turns at the store (see `UserTurns`). */
export function fairPorts(ports: Ports, turns = new UserTurns()): Ports {
  return {
    ...ports,
    repository: fairRepository(ports.repository, turns),
    queries: fairQueries(ports.queries, turns),
  };
}

function fairRepository(repository: AgentInstanceRepository, turns: UserTurns): AgentInstanceRepository {
  return {
    update: (target, decide) => turns.run(target.userId, () => repository.update(target, decide)),
    instanceOfMessage: (userId, messageId) =>
      turns.run(userId, () => repository.instanceOfMessage(userId, messageId)),
    // Needs no turn: the calls of all users share a read, in which users take turns.
    questionState: (userId, questionId) => repository.questionState(userId, questionId),
    nextDeadlines: (limit) => repository.nextDeadlines(limit),
    deleteIdempotencyRecords: (time) => repository.deleteIdempotencyRecords(time),
    ping: () => repository.ping(),
  };
}

function fairQueries(queries: DashboardQueries, turns: UserTurns): DashboardQueries {
  const inTurn =
    <Args extends unknown[], Result>(query: (userId: UserId, ...args: Args) => Promise<Result>) =>
    (userId: UserId, ...args: Args) =>
      turns.run(userId, () => query(userId, ...args));
  return {
    listInstances: inTurn((...args) => queries.listInstances(...args)),
    agentTypes: inTurn((...args) => queries.agentTypes(...args)),
    readConversation: inTurn((...args) => queries.readConversation(...args)),
    changesSince: inTurn((...args) => queries.changesSince(...args)),
    progress: inTurn((...args) => queries.progress(...args)),
    searchMessages: inTurn((...args) => queries.searchMessages(...args)),
  };
}
