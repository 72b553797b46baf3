import type { JsonSchema } from '@valibot/to-json-schema';
import type { Link } from './links.ts';

/** An OpenAPI 3.1 operation, with only the fields that this API uses. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  /** The request must satisfy one of these requirements. An empty list: no token is needed. */
  readonly security: readonly { readonly [scheme: string]: readonly string[] }[];
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly description?: string;
    readonly content: Content;
  };
  readonly responses: Responses;
}

export interface Reference {
  readonly $ref: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  /** An empty value counts as absent. */
  readonly allowEmptyValue?: true;
  readonly schema?: JsonSchema;
  /** In the place of `schema`, for a value in a media type. */
  readonly content?: Content;
}

/** Schemas by media type. */
export interface Content {
  readonly [mediaType: string]: { readonly schema: JsonSchema };
}

export interface Response {
  readonly description: string;
  readonly headers?: { readonly [name: string]: Reference };
  readonly content?: Content;
  readonly links?: { readonly [name: string]: Link };
}

/** Responses by status. */
export interface Responses {
  readonly [status: string]: Response | Reference;
}

/** Operations by path, then by method in lower case. */
export interface Paths {
  readonly [path: string]: { readonly [method: string]: Operation };
}

export const jsonContent = (schema: JsonSchema): Content => ({ 'application/json': { schema } });

export const headerReference = (name: string): Reference => ({ $ref: `#/components/headers/${name}` });

export const REQUEST_ID_HEADER = { 'X-Request-Id': headerReference('X-Request-Id') };
