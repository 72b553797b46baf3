/** The entry `@agent-dashboard/server/in-memory`. */
export { inMemoryStore } from './store.ts';
