/** How an AWS service says no: a name, an HTTP status, a message, and the two body layouts. */

export class ServiceError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message = '',
    readonly extra: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/** Statuses of the Data API's exceptions (README, E4); what is not listed is a 400. */
const statuses: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  ForbiddenException: 403,
  ExpiredTokenException: 403,
  UnrecognizedClientException: 403,
  InvalidSignatureException: 403,
  RequestTimeTooSkewed: 403,
  NotFoundException: 404,
  DatabaseNotFoundException: 404,
  TransactionNotFoundException: 404,
  DBClusterNotFoundFault: 404,
  TooManyRequestsException: 429,
  InternalServerErrorException: 500,
  InternalFailure: 500,
  ServiceUnavailableError: 503,
  DatabaseUnavailableException: 504,
};

export function serviceError(code: string, message?: string, extra?: Readonly<Record<string, unknown>>): ServiceError {
  return new ServiceError(code, statuses[code] ?? 400, message, extra);
}
