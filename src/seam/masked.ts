/** Seam's words in failures and attention, without what may name a person or hold a number of theirs. */

const MASK = '…';
const LONGEST = 200;

/** Texts that are masked whole, in order: quoted texts, e-mail addresses, names of several words, numbers and ids. */
const MASKED: readonly RegExp[] = [
  /(?<!\p{L})(["'`“‘«])[^"'`”’»]*(?:["'`”’»]|$)/gu,
  /<[^>]*(?:>|$)/gu,
  /[^\s@]+@[^\s@]+/gu,
  /\p{Lu}[\p{L}\p{M}'’.-]*(?:\s+\p{Lu}[\p{L}\p{M}'’.-]*)+/gu,
  /[\p{L}\p{N}_.:+/-]*\p{N}[\p{L}\p{N}_.:+/-]*/gu,
];

/**
 * Returns `text` masked and cut to 200 characters; undefined if nothing is left to say. `personal` lists names and
 * contacts of the request, of which no word is kept.
 */
export function masked(text: string, personal: readonly string[] = []): string | undefined {
  const plain = text.normalize('NFC').replaceAll(/[\p{C}\s]+/gu, ' ');
  const words = personal.flatMap((value) => value.normalize('NFC').split(/[^\p{L}\p{M}\p{N}]+/u));
  const impersonal = words
    .filter((word) => word.length > 1)
    .reduce((left, word) => left.replaceAll(wholeWord(word), MASK), plain);
  const safe = MASKED.reduce((left, pattern) => left.replaceAll(pattern, MASK), impersonal)
    .replaceAll(/…(?:[\s,;]*…)+/gu, MASK)
    .trim();
  return /\p{L}/u.test(safe) ? safe.slice(0, LONGEST) : undefined;
}

function wholeWord(word: string): RegExp {
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${word}(?![\p{L}\p{N}])`, 'giu');
}
