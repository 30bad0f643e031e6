/** Recognition of the key of a lost response, and the rules for dead and issued credentials. */
import { describe, expect, it } from 'vitest';
import type { SeamCalls } from '../../../src/seam/client.js';
import { isDead, isIssued, matchesOf, newest } from '../../../src/seam/matching.js';
import { credentialSchema, type Credential } from '../../../src/seam/schemas.js';
import type { KeyAsk } from '../../../src/domain/model/key.js';

const ask: KeyAsk = {
  kind: 'override',
  rooms: ['101'],
  acsEntranceIds: ['door-101', 'gym'],
  window: { from: '2026-11-23T14:00Z', to: '2026-11-26T10:00Z' },
};

function credential(more: object = {}, metadata: object = {}): Credential {
  return credentialSchema.parse({
    acs_credential_id: 'c1',
    access_method: 'mobile_key',
    created_at: '2026-11-23T13:00:00.000Z',
    ends_at: '2026-11-26T10:00:00.000Z',
    warnings: [],
    errors: [],
    visionline_metadata: { guest_acs_entrance_ids: ['door-101'], common_acs_entrance_ids: ['gym'], ...metadata },
    ...more,
  });
}

/** Returns a Seam that only lists the doors that a credential opens. */
function seamThatKnowsDoors(doors: readonly string[] = []): SeamCalls {
  const listCredentialEntrances: SeamCalls['listCredentialEntrances'] = () =>
    Promise.resolve(doors.map((id) => ({ acs_entrance_id: id, display_name: id, errors: [], warnings: [] })));
  return { listCredentialEntrances } as SeamCalls;
}

const { signal } = new AbortController();
const matches = async (asked: KeyAsk, held: Credential, seam = seamThatKnowsDoors()): Promise<boolean> =>
  (await matchesOf(asked, [held], seam, signal)).length === 1;

describe('a credential that matches the requested key', () => {
  it.each([
    ['as it was asked for', {}, {}],
    ['although its start was shifted', { starts_at: '2026-11-23T15:17:00.000Z' }, {}],
    ['although its end is written in another offset, with seconds', { ends_at: '2026-11-26T11:00:12+01:00' }, {}],
    [
      'although Seam sorts its doors otherwise',
      {},
      { guest_acs_entrance_ids: ['gym', 'door-101'], common_acs_entrance_ids: [] },
    ],
    ['with no joined keys listed', {}, { joiner_acs_credential_ids: [] }],
  ])('a credential matches the requested key %s', async (_what, more, metadata) => {
    expect(await matches(ask, credential(more, metadata))).toBe(true);
  });

  it('a credential matches a requested joiner only if it joined a key, and then matches no override', async () => {
    const joiner = credential({}, { joiner_acs_credential_ids: ['anchor'] });
    expect(await matches({ ...ask, kind: 'joiner', joinTo: 'anchor' }, joiner)).toBe(true);
    expect(await matches(ask, joiner)).toBe(false);
    expect(await matches({ ...ask, kind: 'joiner', joinTo: 'anchor' }, credential())).toBe(false);
  });

  it.each([
    ['ends at another minute', { ends_at: '2026-11-26T10:01:00Z' }, {}],
    ['never ends', { ends_at: null }, {}],
    ['is a plastic card', { access_method: 'card' }, {}],
    ['is the copy in a phone', { parent_acs_credential_id: 'parent' }, {}],
    ['opens one door more', {}, { common_acs_entrance_ids: ['gym', 'garage'] }],
    ['opens one door less', {}, { common_acs_entrance_ids: [] }],
    ['opens another room', {}, { guest_acs_entrance_ids: ['door-102'] }],
  ])('a credential does not match the requested key if it %s', async (_what, more, metadata) => {
    expect(await matches(ask, credential(more, metadata))).toBe(false);
  });

  it('a credential without doors in its metadata is matched by the doors that Seam lists', async () => {
    const silent = credential({ visionline_metadata: {} });
    expect(await matches(ask, silent, seamThatKnowsDoors(['gym', 'door-101']))).toBe(true);
    expect(await matches(ask, silent, seamThatKnowsDoors(['door-101']))).toBe(false);
  });
});

describe('a dead credential', () => {
  const copy = (is_valid?: boolean) =>
    credential({ acs_credential_id: `copy-${is_valid}`, parent_acs_credential_id: 'c1' }, { is_valid });

  it.each([
    ['when it is not valid', credential({}, { is_valid: false }), [], true],
    ['when it is being deleted', credential({ warnings: [{ warning_code: 'being_deleted' }] }), [], true],
    ['not when it is valid, whatever its copies', credential({}, { is_valid: true }), [copy(false)], false],
    ['when it says nothing and all its copies are dead', credential(), [copy(false)], true],
    ['not when one of its copies lives', credential(), [copy(false), copy(true)], false],
    ['not when it says nothing and has no copies', credential(), [], false],
    ['not for an unknown warning', credential({ warnings: [{ warning_code: 'new' }] }), [], false],
  ])('isDead decides by validity, warnings and copies: %s', (_when, held, others, decision) => {
    expect(isDead(held, [held, ...others])).toBe(decision);
  });
});

describe('an issued credential', () => {
  it.each([
    [{ is_latest_desired_state_synced_with_provider: true }, true],
    [{ is_latest_desired_state_synced_with_provider: false, is_issued: true }, true],
    [{ is_latest_desired_state_synced_with_provider: false }, false],
    [{ is_latest_desired_state_synced_with_provider: null }, false],
    [{}, false],
  ])('isIssued evaluates a credential with %j to %s', (more, decision) => {
    expect(isIssued(credential(more))).toBe(decision);
  });
});

it('the newest of several credentials does not depend on their order', () => {
  const early = credential({ acs_credential_id: 'a', created_at: '2026-11-23T13:00:00Z' });
  const late = credential({ acs_credential_id: 'b', created_at: '2026-11-23T13:00:01Z' });
  const asLate = credential({ acs_credential_id: 'c', created_at: '2026-11-23T14:00:01+01:00' });
  expect(newest([early, late, asLate])).toBe(asLate);
  expect(newest([asLate, late, early])).toBe(asLate);
  expect(newest([])).toBeUndefined();
});
