import * as v from 'valibot';
import type { Holdings } from '../../ports/storage/data-removal.ts';
import * as field from './fields.ts';

/** How many records of each kind a user has, or had before a deletion. */
export const holdings = v.object({
  agent_types: field.count,
  agent_instances: field.count,
  messages: field.count,
  api_keys: field.count,
});

export type WireHoldings = v.InferOutput<typeof holdings>;

export const wireHoldings = ({ agentTypes, agentInstances, messages, apiKeys }: Holdings): WireHoldings => ({
  agent_types: agentTypes,
  agent_instances: agentInstances,
  messages,
  api_keys: apiKeys,
});
