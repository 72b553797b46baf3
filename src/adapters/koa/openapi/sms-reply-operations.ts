import type { JsonSchema } from '@valibot/to-json-schema';
import { MAX_SMS_BYTES, SIGNATURE_HEADER, SMS_REPLY_PATH } from '../rest/sms-reply-route.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { type Paths, REQUEST_ID_HEADER } from './operation.ts';

/** The fields that are used. Twilio sends more, and the signature is about all of them. */
const FIELDS: JsonSchema = {
  type: 'object',
  properties: { From: { type: 'string' }, Body: { type: 'string' } },
};

/** Describes where Twilio sends the SMS that arrive at the number of this server. */
export const smsReplyOperations = (): Paths => ({
  [SMS_REPLY_PATH]: {
    post: {
      operationId: 'receive_sms',
      summary: 'Take an SMS from Twilio. If it replies to a question, it answers it',
      tags: ['Server'],
      security: [],
      parameters: [
        {
          name: SIGNATURE_HEADER,
          in: 'header',
          required: true,
          description: 'The signature of Twilio about the address and all fields',
          schema: { type: 'string' },
        },
      ],
      requestBody: {
        required: true,
        description: `At most ${MAX_SMS_BYTES.toLocaleString('en-US')} bytes`,
        content: { 'application/x-www-form-urlencoded': { schema: FIELDS } },
      },
      responses: {
        200: {
          description: 'What Twilio sends back, in TwiML',
          headers: REQUEST_ID_HEADER,
          content: { 'text/xml': { schema: { type: 'string' } } },
        },
        ...errorResponses([
          ...ERROR_CODES.anyRequest,
          ...([
            'incomplete_body',
            'invalid_encoding',
            'invalid_signature',
            'rate_limited',
            'request_timeout',
            'server_busy',
            'too_large',
            'unsupported_media_type',
          ] as const),
        ]),
      },
    },
  },
});
