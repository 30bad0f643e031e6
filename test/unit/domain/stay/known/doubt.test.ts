/** Effects on the stay state of a key whose request went unanswered, and of keys that appear at Seam afterwards. */
import { describe, expect, it } from 'vitest';
import type { Preparation } from '../../../../../src/domain/model/preparation.js';
import { planPreparations } from '../../../../../src/domain/stay/plan/preparations.js';
import { recordIssue } from '../../../../../src/domain/stay/known/record-keys.js';
import { recordWatch } from '../../../../../src/domain/stay/known/record-late-keys.js';
import { desiredKeys } from '../../../../../src/domain/stay/desired/desired-keys.js';
import { aStay } from '../../a-stay.js';
import type { House } from '../plan/hotel.js';

type Watch = Preparation & { do: 'watch-for-strays' };

/** Returns a stay of two guests in one room whose override was requested twice. */
function aDoubtfulStay(): { readonly house: House; readonly override: string } {
  const house = aStay().inRooms('101').withGuests(2).settled();
  const [key] = house.book.keyring.keys;
  if (key?.acsCredentialId === undefined) throw new Error('a settled stay has keys');
  const issued = {
    kind: 'issued',
    acsCredentialId: key.acsCredentialId,
    issuedAt: house.now(),
    adopted: false,
  } as const;
  const seen = { strayCredentialIds: [], goneCredentialIds: [], ambiguous: true } as const;
  recordIssue(house.book, key.keyId, { ...issued, ...seen }, house.now());
  return { house, override: key.acsCredentialId };
}

function watches({ book, now }: House): Watch[] {
  const steps = planPreparations(book, desiredKeys(book, now()), now(), { quiet: true });
  return steps.filter((step) => step.do === 'watch-for-strays');
}

function watchOf(house: House): Watch {
  const [watch] = watches(house);
  if (watch === undefined) throw new Error('nothing is watched for');
  return watch;
}

describe('a key whose request went unanswered', () => {
  it('a key whose request went unanswered is watched for, and an answered one is not', () => {
    expect(watches(aStay().withGuests(2).settled())).toEqual([]);
    expect(watches(aDoubtfulStay().house)).toHaveLength(1);
  });

  it('a key whose request went unanswered is looked for once more after the end of the stay, and then no longer', () => {
    const { house } = aDoubtfulStay();
    const nothing = { strayCredentialIds: [], goneCredentialIds: [] };
    recordWatch(house.book, watchOf(house), nothing, house.now());
    expect(watches(house)).toEqual([]);
    house.book.desired = { ...house.book.desired, status: 'departed' };
    expect(watchOf(house).minutes).toBe(0);
    recordWatch(house.book, watchOf(house), nothing, house.now());
    expect(watches(house)).toEqual([]);
  });

  it('an unanswered request carried out as a second override replaces the first and starts its own generation', () => {
    const { house, override } = aDoubtfulStay();
    const { lastGeneration } = house.book.keyring;
    recordWatch(
      house.book,
      watchOf(house),
      { strayCredentialIds: ['late'], goneCredentialIds: [override] },
      house.now(),
    );
    const { keys } = house.book.keyring;
    expect(keys.find((key) => key.acsCredentialId === 'late')).toMatchObject({
      state: 'issuing',
      generation: lastGeneration + 1,
    });
    expect(keys.find((key) => key.acsCredentialId === override)).toMatchObject({ state: 'dead', ended: 'replaced' });
    expect(watches(house)).toEqual([]);
  });

  it('an unanswered request carried out beside a live joiner leaves a stray', () => {
    const house = aStay().inRooms('101').withGuests(2).settled();
    const joiner = house.book.keyring.keys.find((key) => key.ask.kind === 'joiner');
    if (joiner === undefined) throw new Error('the second guest joins');
    const watch: Watch = {
      do: 'watch-for-strays',
      stepId: 'w',
      guestId: joiner.guestId,
      keyId: joiner.keyId,
      minutes: 5,
    };
    recordWatch(house.book, watch, { strayCredentialIds: ['late'], goneCredentialIds: [] }, house.now());
    expect(house.book.keyring.keys.find((key) => key.acsCredentialId === 'late')?.state).toBe('stray');
    expect(house.book.keyring.keys.find((key) => key.keyId === joiner.keyId)?.state).toBe('live');
  });
});
