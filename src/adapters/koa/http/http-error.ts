import { CodedError } from '../../../domain/errors.ts';

/** The error codes of the HTTP layer. Use cases do not throw them. */
export type HttpErrorCode =
  | 'csrf'
  | 'forbidden_host'
  | 'forbidden_origin'
  | 'headers_too_large'
  | 'incomplete_body'
  | 'internal'
  | 'invalid_encoding'
  | 'invalid_header'
  | 'invalid_signature'
  | 'malformed_request'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'not_found'
  | 'rate_limited'
  | 'request_timeout'
  | 'server_busy'
  | 'sign_in_again'
  | 'too_large'
  | 'unsupported_media_type';

export interface ResponseHeaders {
  readonly [name: string]: string;
}

/**
 * The error for a request that breaks a rule of the HTTP layer. Its response also gets the given `headers`.
 */
export class HttpError extends CodedError<HttpErrorCode> {
  override readonly name = 'HttpError';
  readonly headers: ResponseHeaders;

  constructor(code: HttpErrorCode, message: string, headers: ResponseHeaders = {}, options?: ErrorOptions) {
    super(code, message, null, options);
    this.headers = headers;
  }
}

export const notFound = (message = 'There is nothing at this path') => new HttpError('not_found', message);

export const methodNotAllowed = (allowed: string) =>
  new HttpError('method_not_allowed', `The methods allowed at this path are ${allowed}`, { Allow: allowed });

export const notAcceptable = (type = 'application/json') =>
  new HttpError('not_acceptable', `The Accept header must allow ${type}`);

/** The error response also closes the connection, because the server does not read the rest of the body. */
export const tooLarge = (maxBytes: number) =>
  new HttpError('too_large', `The body is larger than ${maxBytes} bytes`, { Connection: 'close' });

export const repeatedHeader = (name: string) =>
  new HttpError('invalid_header', `There must be one ${name} header, not several`);
