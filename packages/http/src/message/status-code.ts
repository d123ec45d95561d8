/**
 * Status codes (RFC 9110, 15; IANA "HTTP Status Code Registry") and their reason phrases. 306 and
 * 418 are registered as unused and have no name here; any number from 100 to 999 can be sent.
 */

/** The registered status codes, by name. */
export const StatusCode = {
  Continue: 100,
  SwitchingProtocols: 101,
  Processing: 102,
  EarlyHints: 103,
  UploadResumptionSupported: 104,
  Ok: 200,
  Created: 201,
  Accepted: 202,
  NonAuthoritativeInformation: 203,
  NoContent: 204,
  ResetContent: 205,
  PartialContent: 206,
  MultiStatus: 207,
  AlreadyReported: 208,
  ImUsed: 226,
  MultipleChoices: 300,
  MovedPermanently: 301,
  Found: 302,
  SeeOther: 303,
  NotModified: 304,
  UseProxy: 305,
  TemporaryRedirect: 307,
  PermanentRedirect: 308,
  BadRequest: 400,
  Unauthorized: 401,
  PaymentRequired: 402,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  ProxyAuthenticationRequired: 407,
  RequestTimeout: 408,
  Conflict: 409,
  Gone: 410,
  LengthRequired: 411,
  PreconditionFailed: 412,
  ContentTooLarge: 413,
  UriTooLong: 414,
  UnsupportedMediaType: 415,
  RangeNotSatisfiable: 416,
  ExpectationFailed: 417,
  MisdirectedRequest: 421,
  UnprocessableContent: 422,
  Locked: 423,
  FailedDependency: 424,
  TooEarly: 425,
  UpgradeRequired: 426,
  PreconditionRequired: 428,
  TooManyRequests: 429,
  RequestHeaderFieldsTooLarge: 431,
  UnavailableForLegalReasons: 451,
  InternalServerError: 500,
  NotImplemented: 501,
  BadGateway: 502,
  ServiceUnavailable: 503,
  GatewayTimeout: 504,
  HttpVersionNotSupported: 505,
  VariantAlsoNegotiates: 506,
  InsufficientStorage: 507,
  LoopDetected: 508,
  NotExtended: 510,
  NetworkAuthenticationRequired: 511,
} as const;

/** A status code: a registered one, or any other from 100 to 999. */
export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode] | (number & {});

/** Phrases that are not simply the words of the name. */
const PHRASES: Partial<Record<keyof typeof StatusCode, string>> = {
  Ok: 'OK',
  NonAuthoritativeInformation: 'Non-Authoritative Information',
  MultiStatus: 'Multi-Status',
  ImUsed: 'IM Used',
  UriTooLong: 'URI Too Long',
  UnavailableForLegalReasons: 'Unavailable For Legal Reasons',
  HttpVersionNotSupported: 'HTTP Version Not Supported',
};

const REASONS = new Map<number, string>(
  Object.entries(StatusCode).map(([name, code]) => [
    code,
    PHRASES[name as keyof typeof StatusCode] ?? name.replace(/(?<=[a-z])(?=[A-Z])/g, ' '),
  ]),
);

/** Looks up the registered reason phrase of a status code; empty for a code without one. */
export const reasonPhrase = (code: StatusCode): string => REASONS.get(code) ?? '';
