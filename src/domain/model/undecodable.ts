/**
 * Value that workflow code receives in place of a payload that cannot be decoded. It holds the encoding's name and
 * nothing of the content.
 */

const UNDECODABLE = Symbol('undecodable');

export interface Undecodable {
  readonly [UNDECODABLE]: true;
  /** Encoding as the payload names it, such as `binary/encrypted`; absent if it names none, or no readable one. */
  readonly encoding?: string;
}

/** Longest encoding that is shown, and the characters that an encoding has. Anything else could be content. */
const READABLE_ENCODING = /^[a-z0-9][a-z0-9/+._-]{0,59}$/i;

/** Returns the value for a payload of this encoding. */
export function undecodable(encoding: string | undefined): Undecodable {
  const isReadable = encoding !== undefined && READABLE_ENCODING.test(encoding);
  return isReadable ? { [UNDECODABLE]: true, encoding } : { [UNDECODABLE]: true };
}

/** Returns true for a value that `undecodable` returned. */
export function isUndecodable(value: unknown): value is Undecodable {
  return typeof value === 'object' && value !== null && UNDECODABLE in value;
}

/** Returns the complaint about such a value, to follow its name: `cannot be decoded (encoding binary/encrypted)`. */
export function describeUndecodable({ encoding }: Undecodable): string {
  return `cannot be decoded (${encoding === undefined ? 'without an encoding' : `encoding ${encoding}`})`;
}
