import * as v from 'valibot';
import type { Holdings } from '../../ports/storage/data-removal.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** How many records of each kind a user has, or had before a deletion. */
export const holdings = v.object({
  agent_types: count,
  agent_instances: count,
  messages: count,
  api_keys: count,
});

export type WireHoldings = v.InferOutput<typeof holdings>;

export const wireHoldings = ({ agentTypes, agentInstances, messages, apiKeys }: Holdings): WireHoldings => ({
  agent_types: agentTypes,
  agent_instances: agentInstances,
  messages,
  api_keys: apiKeys,
});
