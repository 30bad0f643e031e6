/** Guests, secrets and keys that can be recognised wherever they appear, and the search for them. */
import { randomBytes } from 'node:crypto';

export const GUEST = {
  guestId: 'g1',
  primary: true,
  name: 'Zebediah Quillfeather',
  email: 'zebediah.quillfeather@example.com',
  phone: '+493099887766',
} as const;

/** Texts of the guest that must be found nowhere: also parts, because a text may be split or be written otherwise. */
export const PERSONAL = ['Zebediah', 'Quillfeather', 'zebediah.quillfeather', '493099887766', '99887766'];

/** Returns an entry of `STAYLINE_ENCRYPTION_KEYS` for a new key. */
export function aKey(keyId: string): string {
  return `${keyId}=${randomBytes(32).toString('base64')}`;
}

/** Returns those of the texts that the bytes contain, as UTF-8, UTF-16, or within a text in Base64. */
export function found(bytes: Buffer, texts: readonly string[]): readonly string[] {
  return texts.filter((text) => formsOf(text).some((form) => bytes.includes(form)));
}

function formsOf(text: string): readonly Buffer[] {
  return [Buffer.from(text), Buffer.from(text, 'utf16le'), ...[0, 1, 2].map((shift) => inBase64(text, shift))];
}

/** Returns the part of the Base64 form that does not depend on what stands around a text at this position. */
function inBase64(text: string, shift: number): Buffer {
  const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
    .toString('base64')
    .replaceAll('=', '');
  return Buffer.from(encoded.slice(shift === 0 ? 0 : shift + 1, -1));
}
