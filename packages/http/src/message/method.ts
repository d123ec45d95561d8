/**
 * Request methods (RFC 9110, 9; IANA "HTTP Method Registry"). A method is any token, so the type
 * admits every string: these are the registered ones. Method names are case-sensitive.
 */

/** The registered methods, by name. */
export const Method = {
  ACL: 'ACL',
  'BASELINE-CONTROL': 'BASELINE-CONTROL',
  BIND: 'BIND',
  CHECKIN: 'CHECKIN',
  CHECKOUT: 'CHECKOUT',
  CONNECT: 'CONNECT',
  COPY: 'COPY',
  DELETE: 'DELETE',
  GET: 'GET',
  HEAD: 'HEAD',
  LABEL: 'LABEL',
  LINK: 'LINK',
  LOCK: 'LOCK',
  MERGE: 'MERGE',
  MKACTIVITY: 'MKACTIVITY',
  MKCALENDAR: 'MKCALENDAR',
  MKCOL: 'MKCOL',
  MKREDIRECTREF: 'MKREDIRECTREF',
  MKWORKSPACE: 'MKWORKSPACE',
  MOVE: 'MOVE',
  OPTIONS: 'OPTIONS',
  ORDERPATCH: 'ORDERPATCH',
  PATCH: 'PATCH',
  POST: 'POST',
  PRI: 'PRI',
  PROPFIND: 'PROPFIND',
  PROPPATCH: 'PROPPATCH',
  PUT: 'PUT',
  QUERY: 'QUERY',
  REBIND: 'REBIND',
  REPORT: 'REPORT',
  SEARCH: 'SEARCH',
  TRACE: 'TRACE',
  UNBIND: 'UNBIND',
  UNCHECKOUT: 'UNCHECKOUT',
  UNLINK: 'UNLINK',
  UNLOCK: 'UNLOCK',
  UPDATE: 'UPDATE',
  UPDATEREDIRECTREF: 'UPDATEREDIRECTREF',
  'VERSION-CONTROL': 'VERSION-CONTROL',
} as const;

/** A request method: a registered one, or any other token. */
export type Method = (typeof Method)[keyof typeof Method] | (string & {});

const SAFE = new Set<string>([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PRI',
  'PROPFIND',
  'QUERY',
  'REPORT',
  'SEARCH',
]);

// The rows of the registry that are idempotent without being safe.
const IDEMPOTENT = new Set<string>([
  'ACL',
  'BASELINE-CONTROL',
  'BIND',
  'CHECKIN',
  'CHECKOUT',
  'COPY',
  'DELETE',
  'LABEL',
  'LINK',
  'MERGE',
  'MKACTIVITY',
  'MKCALENDAR',
  'MKCOL',
  'MKREDIRECTREF',
  'MKWORKSPACE',
  'MOVE',
  'ORDERPATCH',
  'PROPPATCH',
  'PUT',
  'REBIND',
  'UNBIND',
  'UNCHECKOUT',
  'UNLINK',
  'UNLOCK',
  'UPDATE',
  'UPDATEREDIRECTREF',
  'VERSION-CONTROL',
]);

/** Tells whether a method asks for nothing but reading (RFC 9110, 9.2.1). */
export const isSafeMethod = (method: Method): boolean => SAFE.has(method);

/** Tells whether repeating a request of this method is harmless (RFC 9110, 9.2.2). */
export const isIdempotentMethod = (method: Method): boolean =>
  SAFE.has(method) || IDEMPOTENT.has(method);
