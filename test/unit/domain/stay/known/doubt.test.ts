/** Effects on the stay state of a key whose request went unanswered, and of keys that appear at Seam afterwards. */
import { withDesired } from '../../../../../src/domain/stay/state.js';
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
  const [key] = house.state.keyring.keys;
  if (key?.acsCredentialId === undefined) throw new Error('a settled stay has keys');
  const issued = {
    kind: 'issued',
    acsCredentialId: key.acsCredentialId,
    issuedAt: house.now(),
    adopted: false,
  } as const;
  const seen = { strayCredentialIds: [], goneCredentialIds: [], ambiguous: true } as const;
  house.state = recordIssue(house.state, key.keyId, { ...issued, ...seen }, house.now());
  return { house, override: key.acsCredentialId };
}

function watches({ state, now }: House): Watch[] {
  const steps = planPreparations(state, desiredKeys(state, now()), now(), { quiet: true });
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
    house.state = recordWatch(house.state, watchOf(house), nothing, house.now());
    expect(watches(house)).toEqual([]);
    house.state = withDesired(house.state, { status: 'departed' });
    expect(watchOf(house).minutes).toBe(0);
    house.state = recordWatch(house.state, watchOf(house), nothing, house.now());
    expect(watches(house)).toEqual([]);
  });

  it('an unanswered request carried out as a second override replaces the first and starts its own generation', () => {
    const { house, override } = aDoubtfulStay();
    const { lastGeneration } = house.state.keyring;
    house.state = recordWatch(
      house.state,
      watchOf(house),
      { strayCredentialIds: ['late'], goneCredentialIds: [override] },
      house.now(),
    );
    const { keys } = house.state.keyring;
    expect(keys.find((key) => key.acsCredentialId === 'late')).toMatchObject({
      state: 'issuing',
      generation: lastGeneration + 1,
    });
    expect(keys.find((key) => key.acsCredentialId === override)).toMatchObject({ state: 'dead', ended: 'replaced' });
    expect(watches(house)).toEqual([]);
  });

  it('an unanswered request carried out beside a live joiner leaves a stray', () => {
    const house = aStay().inRooms('101').withGuests(2).settled();
    const joiner = house.state.keyring.keys.find((key) => key.ask.kind === 'joiner');
    if (joiner === undefined) throw new Error('the second guest joins');
    const watch: Watch = {
      do: 'watch-for-strays',
      stepId: 'w',
      guestId: joiner.guestId,
      keyId: joiner.keyId,
      minutes: 5,
    };
    house.state = recordWatch(house.state, watch, { strayCredentialIds: ['late'], goneCredentialIds: [] }, house.now());
    expect(house.state.keyring.keys.find((key) => key.acsCredentialId === 'late')?.state).toBe('stray');
    expect(house.state.keyring.keys.find((key) => key.keyId === joiner.keyId)?.state).toBe('live');
  });
});
