import { Problem } from './problem.js';

/** Refuses a body that is not one of `accepted` (parameters aside) or not in UTF-8: 415 naming what is accepted. */
export function checkContentType(header: string | undefined, accepted: readonly string[]): void {
  const [type = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (!accepted.includes(type)) {
    throw new Problem(
      415,
      'unsupported_media_type',
      `Send the body with Content-Type: ${accepted.join(' or ')}.`,
    );
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !['utf-8', '"utf-8"', 'utf8', 'us-ascii'].includes(charset)) {
    throw new Problem(415, 'unsupported_charset', 'Send the body in UTF-8.');
  }
}
