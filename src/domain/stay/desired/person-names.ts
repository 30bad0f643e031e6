/** Names of persons as people type them: which two spellings are the same name. Pure. */

/** Words that are no part of a name. */
const TITLES = new Set(['dr', 'prof', 'mr', 'mrs', 'ms', 'miss', 'herr', 'frau', 'mme', 'mlle', 'ing', 'mag', 'dipl']);

/** Letters that Unicode does not decompose into a base letter. */
const BASE_LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  æ: 'a',
  œ: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** Words of a name, in order, without titles, accents, capitals and punctuation. */
export type NameWords = readonly string[];

/** Returns the words of a name; none if it has no letters. Umlauts may be written as two letters (Müller, Mueller). */
export function wordsOf(name: string | undefined): NameWords {
  const words = (name ?? '')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[ßøæœłđðþı]/g, (letter) => BASE_LETTERS[letter] ?? letter)
    .replaceAll(/[\p{M}'’´`.]/gu, (sign) => (sign === '.' ? ' ' : ''))
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.replaceAll(/([aou])e/g, '$1'));
  const untitled = words.filter((word) => !TITLES.has(word));
  return untitled.length > 0 ? untitled : words;
}

/**
 * - `same`: the same words, in any order.
 * - `alike`: one word is spelled differently, or one name has more words or letters than the other.
 * - `first-alike`: the same first word, and another name otherwise, as after a marriage.
 * - `other`: anything else; members of a family with one surname are among these.
 */
export type NameRelation = 'same' | 'alike' | 'first-alike' | 'other';

/** Returns how two names relate. Neither is empty. */
export function relateNames(a: NameWords, b: NameWords): NameRelation {
  if (a.toSorted().join('') === b.toSorted().join('') || a.join('') === b.join('')) return 'same';
  if (isPartOf(a, b) || isPartOf(b, a) || differsInSpelling(a, b)) return 'alike';
  return a[0] === b[0] && (a[0]?.length ?? 0) > 1 ? 'first-alike' : 'other';
}

/** Returns true if every word of the shorter name is a word of the longer one, or the initial of one. */
function isPartOf(shorter: NameWords, longer: NameWords): boolean {
  if (shorter.length > longer.length || !shorter.some((word) => word.length > 1)) return false;
  const left = [...longer];
  return shorter
    .toSorted((x, y) => y.length - x.length)
    .every((word) => {
      const at = left.findIndex((other) => other === word || isInitial(word, other) || isInitial(other, word));
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
}

function isInitial(letter: string, word: string): boolean {
  return letter.length === 1 && word.startsWith(letter);
}

/** Shortest word in which one other letter is a spelling: Tom and Tim are two names. */
const SHORTEST_SPELLING = 4;

function differsInSpelling(a: NameWords, b: NameWords): boolean {
  const [own, ...moreOfA] = without(a, b);
  const [other, ...moreOfB] = without(b, a);
  if (own === undefined || other === undefined || moreOfA.length > 0 || moreOfB.length > 0) return false;
  if (Math.max(own.length, other.length) < SHORTEST_SPELLING || !isOneLetterApart(own, other)) return false;
  const isFirst = own === a[0] || other === b[0];
  return !(isFirst && stem(own) === stem(other));
}

/** Returns the words of `a` that `b` does not have, each as often as it is missing. */
function without(a: NameWords, b: NameWords): readonly string[] {
  const left = [...b];
  return a.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Returns a first name without its ending: Daniel and Daniela, Mario and Maria are two names. */
function stem(word: string): string {
  return word.replace(/[aeiouyn]+$/, '');
}

/** Returns true if one letter is added, left out, another one, or exchanged with its neighbour. */
function isOneLetterApart(a: string, b: string): boolean {
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  if (restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1)) return true;
  return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
}
