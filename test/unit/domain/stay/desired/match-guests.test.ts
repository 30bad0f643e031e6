/** Guests without ids: who is who after a booking system has changed its list. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchGuests, type KnownGuest, type Matched } from '../../../../../src/domain/stay/desired/match-guests.js';
import type { Guest } from '../../../../../src/domain/model/snapshot-schema.js';

type Person = Pick<Guest, 'name' | 'email' | 'phone' | 'personId'>;

const listed = (people: readonly Person[], prefix: string): Guest[] =>
  people.map((person, at) => ({ guestId: `${prefix}${at + 1}`, primary: at === 0, wantsKey: true, ...person }));
const present = (people: readonly Person[]): KnownGuest[] =>
  listed(people, 'k').map((guest, place) => ({ guest, place, standing: 'present' }));

/** Matches the next list with the people of the one before, whose ids are k1, k2 and so on. */
function match(before: readonly Person[], after: readonly Person[], inDoubt: 'ask' | 'same-place' = 'ask'): Matched {
  return matchGuests(present(before), listed(after, 'n'), { inDoubt });
}

/** Outcome for the only guest of a list: the same person, a doubt, or another person. */
function verdict(before: Person, after: Person): string {
  const { guests, doubts } = match([before], [after]);
  if (guests[0]?.guestId === 'k1') return 'same';
  return doubts['k1'] === undefined ? 'different' : 'doubt';
}

const relay = 'anna.1234@guest.ota.example';
const anna = { name: 'Anna Example', email: 'anna@example.com', phone: '+4915112345678' };
const nameless = { email: 'anna@example.com' };

describe('the only guest of a reservation', () => {
  test.each<[string, Person, Person]>([
    ['an address', { ...anna, email: relay }, anna],
    ['an address, without a phone number', { name: 'Anna', email: relay }, { name: 'Anna', email: 'anna@example.com' }],
    ['a phone number', { ...anna, phone: '+49301234567' }, anna],
    ['an address that was missing', { name: 'Anna Example' }, anna],
    ['an address that is taken away', anna, { name: 'Anna Example' }],
    ['a name that was missing', nameless, { ...nameless, name: 'Anna Example' }],
    ['a name that was missing, as everything was', {}, { name: 'Anna Example' }],
    ['a name that is taken away', anna, { email: anna.email, phone: anna.phone }],
    ['a surname that was missing', { name: 'Anna' }, { name: 'Anna Example' }],
    ['an initial', { ...anna, name: 'A. Example' }, anna],
    ['the order of a name', { ...anna, name: 'Example, Anna' }, anna],
    ['capitals and blanks', { ...anna, name: 'ANNA  EXAMPLE' }, anna],
    ['a title', anna, { ...anna, name: 'Dr. Anna Example' }],
    ['a middle name', anna, { ...anna, name: 'Anna Maria Example' }],
    ['a letter', { ...anna, name: 'Anna Exampel' }, anna],
    ['a letter, without an address', { name: 'Jon Meier' }, { name: 'John Meier' }],
    ['an umlaut', { ...anna, name: 'Anna Mueller' }, { ...anna, name: 'Anna Müller' }],
    ['an accent', { ...anna, name: 'José Nunez' }, { ...anna, name: 'Jose Núñez' }],
  ])('a guest stays the same when the front desk corrects %s', (_what, before, after) => {
    expect(verdict(before, after)).toBe('same');
    expect(match([before], [after]).doubts).toEqual({});
  });

  test.each<[string, Person, Person]>([
    ['another name at the same address', { ...anna, name: 'Ben Example' }, anna],
    [
      'another surname',
      { name: 'Anna Müller', email: 'a@example.com' },
      { name: 'Anna Schmidt', email: 'b@example.com' },
    ],
    ['another name, and no address', { name: 'Guest 2' }, { name: 'Cleo Quill' }],
    ['both addresses changed', { ...anna, email: relay, phone: '+49301234567' }, anna],
    ['another address, and no name', { email: relay }, { email: 'anna@example.com' }],
    ['all data removed', anna, {}],
    ['a brother with a similar name', { ...anna, name: 'Tom Example' }, { ...anna, name: 'Tim Example' }],
    ['a sister with a similar name', { ...anna, name: 'Daniel Example' }, { ...anna, name: 'Daniela Example' }],
  ])('a guest is in doubt after %s', (_what, before, after) => {
    expect(verdict(before, after)).toBe('doubt');
  });

  test.each<[string, Person, Person]>([
    ['name and address', { name: 'Ben Quill', email: 'ben@example.com' }, anna],
    ['name, address and phone number', { name: 'Ben Quill', email: 'ben@example.com', phone: '+49301234567' }, anna],
    ['first name and address, within a family', { name: 'Ben Example', email: 'ben@example.com' }, anna],
    ['address and phone number, without a name', { email: relay, phone: '+49301234567' }, { ...anna, name: undefined }],
  ])('a guest is another person with another %s', (_what, before, after) => {
    expect(verdict(before, after)).toBe('different');
  });

  test('a setting lets the place in the list decide where it is in doubt, and never makes two persons one', () => {
    const ben = { name: 'Ben Example', email: anna.email };
    expect(match([ben], [anna], 'same-place').guests[0]?.guestId).toBe('k1');
    const [first] = match([{ name: 'Ben Quill', email: 'ben@example.com' }], [anna], 'same-place').guests;
    expect(first?.guestId).toBe('n1');
  });

  test('two records of one person are in doubt, and two records of two persons are two persons', () => {
    expect(verdict({ ...anna, personId: 'P1' }, { ...anna, personId: 'P1', name: 'Cleo Quill' })).toBe('same');
    expect(verdict({ ...anna, personId: 'P1' }, { ...anna, personId: 'P2' })).toBe('doubt');
    expect(verdict({ ...anna, personId: 'P1' }, { name: 'Ben Example', personId: 'P2' })).toBe('different');
  });
});

describe('the guests of one reservation', () => {
  const shared = { email: 'family@example.com' };
  const family = ['Anna Example', 'Ben Example', 'Cleo Example'].map((name) => ({ name, ...shared }));

  test('guests keep their ids in any order, when one leaves, and when one comes', () => {
    const [first = {}, second = {}, third = {}] = family;
    const ids = (after: readonly Person[]): unknown => match(family, after).guests.map(({ guestId }) => guestId);
    expect(ids([third, first, second])).toEqual(['k3', 'k1', 'k2']);
    expect(ids([third, first])).toEqual(['k3', 'k1']);
    expect(ids([{ name: 'Dan Example', ...shared }, ...family])).toEqual(['n1', 'k1', 'k2', 'k3']);
  });

  test('a member of a family who is replaced by another is in doubt, and the others are not', () => {
    const [first = {}, second = {}] = family;
    const { guests, doubts } = match([first, second], [first, { name: 'Dan Example', ...shared }]);
    expect(guests.map(({ guestId }) => guestId)).toEqual(['k1', 'n2']);
    expect(doubts).toEqual({ k2: ['n2'] });
  });

  test('an address without a name may be any member of a family that shares it', () => {
    const { guests, doubts } = match(family.slice(0, 2), [shared]);
    expect(guests.map(({ guestId }) => guestId)).toEqual(['n1']);
    expect(doubts).toEqual({ k1: ['n1'], k2: ['n1'] });
  });

  test('guests whose names are typed in later keep their ids by their places', () => {
    const { guests } = match([anna, {}, {}], [anna, {}, { name: 'Ben Quill' }]);
    expect(guests.map(({ guestId }) => guestId)).toEqual(['k1', 'k2', 'k3']);
  });

  test('guests whose addresses were exchanged keep their ids by their names', () => {
    const [a, b] = [
      { name: 'Anna Example', email: 'b@example.com' },
      { name: 'Ben Quill', email: 'a@example.com' },
    ];
    const { guests } = match(
      [
        { ...a, email: b.email },
        { ...b, email: a.email },
      ],
      [a, b],
    );
    expect(guests.map(({ guestId }) => guestId)).toEqual(['k1', 'k2']);
  });

  test('a guest who returns has the id from before, and no other guest has it', () => {
    const known: KnownGuest[] = present([anna]).map(({ guest }) => ({ guest, standing: 'gone' }));
    const again = (person: Person): unknown =>
      matchGuests(known, listed([person], 'k'), { inDoubt: 'ask' }).guests[0]?.guestId;
    expect(again(anna)).toBe('k1');
    expect(again({ ...anna, email: relay })).toBe('k1');
    expect(again({ ...anna, name: 'Ben Example' })).toBe('k1-2');
    expect(again({})).toBe('k1-2');
  });
});

describe('any list of guests', () => {
  const FIRST = ['Anna', 'Ben', 'Cleo', 'Dmitri', 'Eve', 'Fatima', 'Goran', 'Hiro', 'Ines', 'Joao'];
  const LAST = ['Example', 'Quill', 'Ramirez', 'Sato', 'Tanaka'];
  /** People who differ in their first names, and may share surname, address and phone number as families do. */
  const people = (most: number): fc.Arbitrary<Person[]> =>
    fc.uniqueArray(fc.nat(FIRST.length - 1), { minLength: 1, maxLength: most }).chain((firsts) =>
      fc.tuple(
        ...firsts.map((at) =>
          fc.record(
            {
              name: fc.constantFrom(...LAST).map((last) => `${FIRST[at]} ${last}`),
              email: fc.constantFrom(`${FIRST[at]}@example.com`.toLowerCase(), 'family@example.com'),
              phone: fc.constantFrom(`+4930123456${at}`, '+49309999999'),
            },
            { requiredKeys: ['name'] },
          ),
        ),
      ),
    );

  /** One correction of one person. */
  const correction = (person: Person): fc.Arbitrary<Person> =>
    fc.oneof(
      fc.constantFrom('other@example.net', undefined).map((email) => ({ ...person, email })),
      fc.constantFrom('+4940555555', undefined).map((phone) => ({ ...person, phone })),
      fc
        .constantFrom(
          'Zoltan Fekete',
          undefined,
          person.name?.split(' ')[0],
          person.name?.split(' ').toReversed().join(', '),
        )
        .map((name) => ({ ...person, name })),
      fc.nat(12).map((at) => ({ ...person, name: person.name?.replace(new RegExp(`^(.{${at}}).`), '$1') })),
    );

  const corrected = people(5).chain((before) =>
    fc.nat(before.length - 1).chain((at) =>
      fc.record({
        before: fc.constant(before),
        after: correction(before[at] ?? {}).chain((changed) =>
          fc.shuffledSubarray(before.with(at, changed), { minLength: before.length }),
        ),
      }),
    ),
  );

  test('one correction at a time, with the list in any order, never ends the only key of a guest', () => {
    fc.assert(
      fc.property(corrected, ({ before, after }) => {
        const { guests, doubts } = match(before, after);
        const kept = new Set([...guests.map(({ guestId }) => guestId), ...Object.keys(doubts)]);
        before.forEach((_person, at) => expect(kept).toContain(`k${at + 1}`));
      }),
      { numRuns: 2000 },
    );
  });

  test('two different people never share an id, even if guests leave, come, or take the place of others', () => {
    const lists = people(8).chain((all) =>
      fc.record({ all: fc.constant(all), before: fc.shuffledSubarray(all), after: fc.shuffledSubarray(all) }),
    );
    fc.assert(
      fc.property(lists, ({ before, after }) => {
        const { guests } = match(before, after);
        expect(new Set(guests.map(({ guestId }) => guestId)).size).toBe(after.length);
        after.forEach((person, at) => {
          const known = before.indexOf(person);
          expect(guests[at]?.guestId).toEqual(known >= 0 ? `k${known + 1}` : expect.stringMatching(/^n/));
        });
      }),
      { numRuns: 2000 },
    );
  });

  test('the same list again has the same ids and no doubts', () => {
    fc.assert(
      fc.property(corrected, ({ before, after }) => {
        const first = match(before, after).guests;
        const known = first.map((guest, place): KnownGuest => ({ guest, place, standing: 'present' }));
        const again = matchGuests(known, listed(after, 'x'), { inDoubt: 'ask' });
        expect(again).toEqual({ guests: first, doubts: {} });
      }),
    );
  });
});
