/**
 * Text of a file that people write. The encoding is asked of the file itself: its byte order mark, or else its bytes. A file in
 * another encoding is refused, because a guest whose name or e-mail address is read wrongly gets no key.
 */
import { BadInput } from './outcome.js';

/** Characters of windows-1252 for the bytes 80 to 9F; a blank stands for a byte without a character. */
const FROM_80_TO_9F = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** Control characters that switch character sets, or belong to no text at all. */
const OF_NO_TEXT = ['\0', '\x0e', '\x0f', '\x1b'];

/** Signs that a text is in no western encoding, although every byte is a character of windows-1252. */
const SIGNS_OF_ANOTHER = [
  // Three in a row are the bytes of another alphabet.
  /[^\0-\x7f\xa0]{3}/u,
  // Letters of DOS and Mac OS are punctuation or capitals of windows-1252, in the middle of a word.
  /\p{L}[^\0-\x7f\p{L}\xa0\xaa\xb0\xb4\xb7\xba‘’–—]\p{L}/u,
  /\p{Ll}[À-ÖØ-ÞŠŒŽŸ][a-zà-öø-ÿ]/u,
  /\p{L}[ŠŽŸ][a-z]/u,
  // Letters of eastern Europe are signs of windows-1252, at the beginning or the end of a word.
  /[£¥¦¯±³µ¶¼¹¾]\p{Ll}|\p{Ll}[¡£¥¦¯±µ¶¼¾¿]/u,
];

/**
 * Returns the text of a file in UTF-8 (with or without byte order mark), UTF-16 or windows-1252, without the mark.
 * @param name name of the file in errors
 * @throws BadInput that names what the file holds instead
 */
export function textIn(bytes: Buffer, name: string): string {
  const text = decoded(bytes, name);
  if (OF_NO_TEXT.some((control) => text.includes(control)))
    throw refused(name, 'it holds control characters that no text has');
  return text;
}

function decoded(bytes: Buffer, name: string): string {
  if (begins(bytes, 'PK\x03\x04')) throw refused(name, 'it is a workbook or a ZIP file');
  if (begins(bytes, '\xff\xfe\0\0') || begins(bytes, '\0\0\xfe\xff')) throw refused(name, 'it is UTF-32');
  if (begins(bytes, '\xff\xfe')) return exactly('utf-16le', bytes, name);
  if (begins(bytes, '\xfe\xff')) return exactly('utf-16be', bytes, name);
  if (begins(bytes, '\xef\xbb\xbf')) return exactly('utf-8', bytes, name);
  // The first line names columns in ASCII: one byte of each of its characters is zero in UTF-16.
  if (bytes[0] === 0) return exactly('utf-16be', bytes, name);
  if (bytes[1] === 0) return exactly('utf-16le', bytes, name);
  return inEncoding('utf-8', bytes) ?? western(bytes, name);
}

function begins(bytes: Buffer, mark: string): boolean {
  return bytes.subarray(0, mark.length).equals(Buffer.from(mark, 'latin1'));
}

function exactly(encoding: string, bytes: Buffer, name: string): string {
  const text = inEncoding(encoding, bytes);
  if (text !== undefined) return text;
  throw refused(name, `it begins as ${encoding.toUpperCase()}, and holds bytes that are none`);
}

/** Returns the text without a byte order mark, or undefined if the bytes are not in the encoding. */
function inEncoding(encoding: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Returns the text as windows-1252. Node's own decoder reads some bytes as another encoding does in some versions. */
function western(bytes: Buffer, name: string): string {
  const text = bytes
    .toString('latin1')
    .replaceAll(/[\x80-\x9f]/g, (byte) => FROM_80_TO_9F.charAt(byte.charCodeAt(0) - 0x80).replace(' ', '\ufffd'));
  const line = text.split(/\r\n?|\n/).findIndex((one) => isForeign(one)) + 1;
  if (line === 0) return text;
  throw refused(name, `line ${line} is neither UTF-8 nor windows-1252, perhaps a code page of DOS or Mac OS`);
}

function isForeign(line: string): boolean {
  return line.includes('\ufffd') || SIGNS_OF_ANOTHER.some((sign) => sign.test(line));
}

function refused(name: string, why: string): BadInput {
  return new BadInput(`the encoding of ${name} cannot be used`, [`${why}: save the file as UTF-8`]);
}
