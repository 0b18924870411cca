/** How an answer of the emulated services looks on the wire: headers, and the three layouts of an error (README, E4, E14). */

import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ServiceError } from './service-error.ts';

const contentTypes: Readonly<Record<string, string>> = {
  'rds-data': 'application/json',
  secretsmanager: 'application/x-amz-json-1.1',
};

export function send(
  response: ServerResponse,
  status: number,
  service: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': contentTypes[service] ?? 'text/xml',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
    ...headers,
  });
  response.end(text);
}

export function sendError(response: ServerResponse, service: string, error: ServiceError): void {
  const { headers, text } = errorBody(service, error);
  send(response, error.status, service, text, { ...headers, ...error.headers });
}

/** The three layouts of an error, and the page of a proxy that is none of them. */
function errorBody(service: string, error: ServiceError): { headers: Readonly<Record<string, string>>; text: string } {
  if (error.code === '') return { headers: { 'content-type': 'text/html' }, text: error.message };
  if (service === 'rds-data')
    return {
      headers: { 'x-amzn-errortype': error.code },
      text: JSON.stringify({ message: error.message, ...error.extra }),
    };
  if (service === 'secretsmanager')
    return { headers: {}, text: JSON.stringify({ __type: error.code, Message: error.message }) };
  const fault = `<Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`;
  return { headers: {}, text: `<ErrorResponse>${fault}</ErrorResponse>` };
}
