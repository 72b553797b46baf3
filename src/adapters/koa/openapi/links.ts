/** A link of OpenAPI: what of a response another operation needs. */
export interface Link {
  readonly operationId: string;
  readonly parameters: { readonly [name: string]: string };
}

/** The links of an operation's success response, by operation. Each names one field of the response. */
const LINKED: {
  readonly [operationId: string]: readonly (readonly [
    operationId: string,
    field: string,
    parameter?: string,
  ])[];
} = {
  send_agent_message: [
    ['request_user_input', 'message_id'],
    ['heartbeat', 'agent_instance_id'],
    ['write_to_agent', 'agent_instance_id'],
  ],
  start_agent_instance: [
    ['heartbeat', 'agent_instance_id'],
    ['read_agent_instance', 'agent_instance_id'],
  ],
  read_agent_instance: [['list_messages', 'id', 'agent_instance_id']],
  create_api_key: [['revoke_api_key', 'id']],
};

/** Returns the links of an operation, by the operation to which they lead. */
export function linksOf(operationId: string): { readonly [name: string]: Link } | null {
  const links = LINKED[operationId];
  if (links === undefined) return null;
  return Object.fromEntries(
    links.map(([to, field, parameter = field]) => [
      to,
      { operationId: to, parameters: { [parameter]: `$response.body#/${field}` } },
    ]),
  );
}
