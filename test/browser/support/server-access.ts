/** What the tests have to know of a server to drive it: where it is, and who may do what. */
export interface ServerAccess {
  readonly url: string;
  readonly agentToken: string;
  readonly dashboardToken: string;
}
