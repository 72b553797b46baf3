/** All use cases, under the names that the library exports. */

export { createApiKey } from './account/create-api-key.ts';
export { deleteAccount } from './account/delete-account.ts';
export { listApiKeys } from './account/list-api-keys.ts';
export { revokeApiKey } from './account/revoke-api-key.ts';
export { verifyToken } from './account/verify-token.ts';
export { askQuestion } from './agent/ask-question.ts';
export { browseConversations } from './agent/browse-conversations.ts';
export { endSession } from './agent/end-session.ts';
export { heartbeat } from './agent/heartbeat.ts';
export { readConversation } from './agent/read-conversation.ts';
export { readPendingMessages } from './agent/read-pending-messages.ts';
export { requestUserInput } from './agent/request-user-input.ts';
export { sendAgentMessage } from './agent/send-agent-message.ts';
export { sendUserMessage } from './agent/send-user-message.ts';
export { startAgentInstance } from './agent/start-agent-instance.ts';
export { deleteAgentInstance } from './dashboard/delete-agent-instance.ts';
export { listAgentInstances } from './dashboard/list-agent-instances.ts';
export { listAgentTypes } from './dashboard/list-agent-types.ts';
export { listMessages } from './dashboard/list-messages.ts';
export { readAgentInstance } from './dashboard/read-agent-instance.ts';
export { readAgentSummary } from './dashboard/read-agent-summary.ts';
export { renameAgentInstance } from './dashboard/rename-agent-instance.ts';
export { restoreAgentInstance } from './dashboard/restore-agent-instance.ts';
export { setInstanceStatus } from './dashboard/set-instance-status.ts';
export { writeToAgent } from './dashboard/write-to-agent.ts';
