import { PROVIDER_ANSWER_PATH, PROVIDER_SIGN_IN_PATH } from '../rest/sign-in/provider-sign-in-routes.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { headerReference, type Paths, REQUEST_ID_HEADER } from './operation.ts';

const found = (description: string) => ({
  302: { description, headers: { ...REQUEST_ID_HEADER, Location: headerReference('Location') } },
  ...errorResponses(ERROR_CODES.anyRequest),
});

const TAGS = ['Signing in'];

/** Describes the routes that lead a browser to the identity provider and back. */
export const providerSignInOperations = (): Paths => ({
  [PROVIDER_SIGN_IN_PATH]: {
    get: {
      operationId: 'sign_in_at_provider',
      summary: 'Lead a browser to the identity provider',
      tags: TAGS,
      security: [],
      responses: found('To the provider, or to the page, if the provider cannot be reached'),
    },
  },
  [PROVIDER_ANSWER_PATH]: {
    get: {
      operationId: 'receive_provider_answer',
      summary: 'Take what the identity provider sends back with the browser',
      description: 'The page then begins a session with the one-time code in its address.',
      tags: TAGS,
      security: [],
      responses: found('To the page, signed in or not'),
    },
  },
});
