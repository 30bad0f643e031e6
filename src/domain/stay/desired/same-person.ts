/**
 * Judges whether two entries of guest lists are one person. People correct addresses, phone numbers and names, one at a
 * time mostly. So one field that differs is a correction, and several are another person. Pure.
 */
import type { Guest } from '../../model/snapshot-schema.js';
import { relateNames, wordsOf, type NameWords } from './person-names.js';

/** - `doubt`: it may be one person or two; a person has to decide. */
export type Sameness = 'same' | 'doubt' | 'different';

/** Entry of a guest list, ready to be compared. */
export interface Entry {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly personId?: string | undefined;
  readonly words: NameWords;
  /** Place in the list; undefined for a guest who is in no list. */
  readonly place?: number | undefined;
}

/** Returns a guest as an entry of a list. */
export function entryOf({ name, email, phone, personId }: Guest, place?: number): Entry {
  return { email: email?.toLowerCase(), phone, personId, words: wordsOf(name), place };
}

/** Values that several guests of one list have: a family's address identifies none of its members. */
export interface SharedValues {
  readonly emails: ReadonlySet<string>;
  readonly phones: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** Returns the values that several entries of one of the lists have. */
export function sharedIn(lists: readonly (readonly Entry[])[]): SharedValues {
  const repeated = (valueOf: (entry: Entry) => string | undefined): ReadonlySet<string> =>
    new Set(
      lists.flatMap((list) => {
        const values = list.flatMap((entry) => valueOf(entry) ?? []);
        return values.filter((value, at) => values.indexOf(value) !== at);
      }),
    );
  return {
    emails: repeated(({ email }) => email),
    phones: repeated(({ phone }) => phone),
    names: repeated(nameKey),
  };
}

function nameKey({ words }: Entry): string | undefined {
  return words.length === 0 ? undefined : words.toSorted().join(' ');
}

/** Returns true if nothing in two entries differs. */
export function isIdentical(a: Entry, b: Entry): boolean {
  const isSameName = a.words.join(' ') === b.words.join(' ');
  return a.email === b.email && a.phone === b.phone && a.personId === b.personId && isSameName;
}

/** Evidence on one address: `shared` is equal, and several guests have it. */
type AddressRelation = 'equal' | 'shared' | 'differs' | 'unknown';

/** Judges whether an entry that a stay knows and a listed one are one person. */
export function judgeSameness(known: Entry, listed: Entry, shared: SharedValues): Sameness {
  const { personId } = known;
  if (personId === undefined || listed.personId === undefined) return judgeContacts(known, listed, shared);
  if (personId === listed.personId) return 'same';
  // Two records of one person have the same contacts. A merge of records ends one of the ids.
  return judgeContacts(known, listed, shared) === 'same' ? 'doubt' : 'different';
}

function judgeContacts(known: Entry, listed: Entry, shared: SharedValues): Sameness {
  const addresses = [
    relateAddresses(known.email, listed.email, shared.emails),
    relateAddresses(known.phone, listed.phone, shared.phones),
  ];
  const count = (relation: AddressRelation): number => addresses.filter((one) => one === relation).length;
  const [equal, differs] = [count('equal'), count('differs')];
  const isUntouched = known.email === listed.email && known.phone === listed.phone;
  if (known.words.length === 0 || listed.words.length === 0) {
    if (equal > 0) return 'same';
    // Until now, nothing was known of this guest: their name has been typed in.
    if (isEmpty(known)) return known.place === listed.place ? 'same' : 'doubt';
    return differs === addresses.length ? 'different' : 'doubt';
  }
  switch (relateNames(known.words, listed.words)) {
    case 'same': {
      const isNamesake = shared.names.has(nameKey(known) ?? '');
      if (isNamesake && differs + (equal > 0 || isUntouched ? 0 : 1) > 0) return 'doubt';
      return differs < addresses.length ? 'same' : 'doubt';
    }
    case 'alike':
      return differs === 0 && (equal > 0 || isUntouched) ? 'same' : 'doubt';
    case 'first-alike':
      return differs === addresses.length ? 'different' : 'doubt';
    case 'other':
      return differs > 0 && equal === 0 && count('shared') === 0 ? 'different' : 'doubt';
  }
}

function relateAddresses(a: string | undefined, b: string | undefined, shared: ReadonlySet<string>): AddressRelation {
  if (a === undefined || b === undefined) return 'unknown';
  if (a !== b) return 'differs';
  return shared.has(a) ? 'shared' : 'equal';
}

/** Returns true for an entry without name and address. */
export function isEmpty({ words, email, phone }: Entry): boolean {
  return words.length === 0 && email === undefined && phone === undefined;
}

/** Returns how many fields of two entries agree, to choose among several that may be the same. */
export function agreement(a: Entry, b: Entry): number {
  const agrees = [a.email !== undefined && a.email === b.email, a.phone !== undefined && a.phone === b.phone];
  const names = a.words.length > 0 && nameKey(a) === nameKey(b) ? 2 : 0;
  return agrees.filter(Boolean).length + names;
}
