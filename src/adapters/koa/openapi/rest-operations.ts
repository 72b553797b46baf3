import type { JsonSchema } from '@valibot/to-json-schema';
import type { Scope } from '../../../ports/tokens/token-verifier.ts';
import { BASE_PATH, type Route } from '../rest/route.ts';
import { inputFromAgent } from '../rest/route-input.ts';
import { ROUTES } from '../rest/routes.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { anyFields, bodyLimits } from './json-value.ts';
import { linksOf } from './links.ts';
import { withLooseBodyForms, withLooseQueryForms } from './loose-forms.ts';
import {
  headerReference,
  jsonContent,
  type Operation,
  type Parameter,
  type Paths,
  REQUEST_ID_HEADER,
  type Reference,
  type Response,
} from './operation.ts';
import { jsonSchemaOf, withoutNull } from './schemas.ts';

const PATH_PARAMETER = /:(\w+)/g;

const IDEMPOTENCY_KEY: Reference = { $ref: '#/components/parameters/Idempotency-Key' };

/** Describes every route of the route tables. */
export function restOperations(routes: readonly Route[] = ROUTES): Paths {
  const paths: { [path: string]: { [method: string]: Operation } } = {};
  for (const route of routes) {
    const path = BASE_PATH + openApiPath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return paths;
}

/** Converts a path to the OpenAPI form: `/:id` becomes `/{id}`. */
export const openApiPath = (path: string): string => path.replace(PATH_PARAMETER, '{$1}');

/**
 * Returns the requirements of a request: a token with one of the scopes or, where cookies are accepted, the
 * sign-in cookie.
 */
export const securityRequirements = (scopes: readonly Scope[]): Operation['security'] => {
  // Each list has the scopes that a token must have. A use case without scopes accepts any valid token.
  const bearerRequirements = scopes.length === 0 ? [[]] : scopes.map((scope) => [scope]);
  const acceptsCookie = scopes.length === 0 || scopes.includes('dashboard');
  return [
    ...bearerRequirements.map((requiredScopes) => ({ bearer: requiredScopes })),
    ...(acceptsCookie ? [{ cookie: [] }] : []),
  ];
};

function operationOf(route: Route): Operation {
  const { method, useCase, status, problemOverrides } = route;
  const operationId = route.operationId ?? useCase.name;
  const acceptsIdempotencyKey = method !== 'GET';
  const { pathFields, otherFields, required } = splitFields(route);
  const parameters: (Parameter | Reference)[] = pathFields.map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema,
  }));
  if (method === 'GET') {
    for (const [name, schema] of otherFields) {
      const isRequired = required.has(name);
      parameters.push({
        name,
        in: 'query',
        required: isRequired,
        ...(!isRequired && { allowEmptyValue: true }),
        schema,
      });
    }
  }
  if (acceptsIdempotencyKey) parameters.push(IDEMPOTENCY_KEY);
  const hasFields = pathFields.length + otherFields.length > 0;
  const codes = [
    ...ERROR_CODES.anyRequest,
    ...ERROR_CODES.token,
    ...ERROR_CODES.storage,
    ...(acceptsIdempotencyKey ? [...ERROR_CODES.cookie, ...ERROR_CODES.idempotencyKey] : []),
    ...(useCase.scopes.length > 0 ? ERROR_CODES.scope : []),
    ...(status === 204 ? [] : ERROR_CODES.responseType),
    ...(hasFields ? ERROR_CODES.input : []),
    ...(route.body === 'none' ? [] : ERROR_CODES.body),
    ...(route.needsRecentSignIn ? ['sign_in_again' as const] : []),
    ...useCase.errorCodes,
  ];
  return {
    operationId,
    summary: useCase.summary,
    tags: [tagOf(useCase.scopes)],
    security: securityRequirements(useCase.scopes),
    ...(parameters.length > 0 && { parameters }),
    ...requestBodyOf(route, otherFields, required),
    responses: { [status]: successResponse(route, operationId), ...errorResponses(codes, problemOverrides) },
  };
}

/** Splits the fields of a use case's input into path parameters and all others. */
function splitFields({ method, path, useCase, input }: Route) {
  const { properties = {}, required = [] } = jsonSchemaOf(useCase.input);
  const names = new Set([...path.matchAll(PATH_PARAMETER)].map(([, name]) => name));
  const accepted = (name: string, field: JsonSchema): JsonSchema => {
    if (method === 'GET') return withLooseQueryForms(name, withoutNull(field));
    return input === inputFromAgent ? withLooseBodyForms(name, field, required.includes(name)) : field;
  };
  const fields = Object.entries(properties) as [name: string, schema: JsonSchema][];
  return {
    pathFields: fields
      .filter(([name]) => names.has(name))
      .map(([name, schema]) => [name, withoutNull(schema)] as const),
    otherFields: fields
      .filter(([name]) => !names.has(name))
      .map(([name, field]) => [name, accepted(name, field)] as const),
    required: new Set(required),
  };
}

function requestBodyOf(
  { body, bodyLimit }: Route,
  fields: readonly (readonly [name: string, schema: JsonSchema])[],
  required: ReadonlySet<string>,
): Pick<Operation, 'requestBody'> {
  if (body === 'none') return {};
  const schema: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(fields),
    required: fields.map(([name]) => name).filter((name) => required.has(name)),
    ...anyFields(),
  };
  return {
    requestBody: {
      required: body === 'needed',
      description: bodyLimits(bodyLimit),
      content: jsonContent(schema),
    },
  };
}

function successResponse({ status, useCase, responseField, nextPage }: Route, operationId: string): Response {
  const headers = {
    ...REQUEST_ID_HEADER,
    ...(nextPage !== undefined && { Link: headerReference('Link') }),
  };
  if (status === 204) return { description: 'Done', headers };
  const output = jsonSchemaOf(useCase.output);
  const schema = responseField === undefined ? output : (output.properties?.[responseField] as JsonSchema);
  const links = linksOf(operationId);
  return {
    description: status === 201 ? 'Created' : 'OK',
    headers,
    content: jsonContent(schema),
    ...(links !== null && { links }),
  };
}

const tagOf = (scopes: readonly Scope[]): string => {
  if (scopes.length === 0) return 'Tokens';
  return scopes.includes('dashboard') ? 'People' : 'Agents';
};
