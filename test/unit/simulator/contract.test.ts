/** The check against Seam's published contract can fail: otherwise the tests that rely on it would mean nothing. */
import { describe, expect, it } from 'vitest';
import { assertSeamRequest, assertSeamResponse } from '../../vendor/seam/contract.js';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

const create = {
  acs_user_id: id,
  access_method: 'mobile_key',
  allowed_acs_entrance_ids: [id],
  ends_at: '2026-11-26T10:00:00Z',
  visionline_metadata: { card_format: 'rfid48', override: true, label: '%ROOMNUM%' },
};

describe('a request', () => {
  it('a request as published passes the check, even with the label of the guide', () => {
    assertSeamRequest('/acs/credentials/create', create);
    assertSeamRequest('/acs/credentials/list', { acs_user_id: id, limit: 10 });
    assertSeamRequest('/user_identities/get', { user_identity_key: 'k' });
    assertSeamRequest('/events/list', { between: ['2026-11-26T10:00:00Z', '2026-11-27T10:00:00Z'] });
    assertSeamRequest('/webhooks/list', {});
  });

  it.each([
    ['an unknown key', '/acs/credentials/create', { ...create, nick_name: 'x' }, 'nick_name'],
    ['an unknown key of a list', '/acs/credentials/list', { acs_user_id: id, joined: true }, 'joined'],
    [
      'the spelling of the guide',
      '/acs/credentials/create',
      { ...create, visionline_metadata: { cardFormat: 'rfid48' } },
      'cardFormat',
    ],
    ['a label elsewhere', '/acs/credentials/create', { ...create, label: 'x' }, 'label'],
    ['a date without seconds', '/acs/credentials/create', { ...create, ends_at: '2026-11-26T10:00Z' }, '/ends_at'],
    ['an id that is not a UUID', '/acs/credentials/get', { acs_credential_id: 'x' }, '/acs_credential_id'],
    ['nothing where something is needed', '/acs/credentials/get', {}, 'acs_credential_id'],
    ['an endpoint that there is not', '/acs/credentials/copy', {}, '/acs/credentials/copy'],
  ])('a request with %s fails the check', (_what, path, body, message) => {
    expect(() => assertSeamRequest(path, body)).toThrow(message);
  });
});

describe('an answer', () => {
  const webhook = { webhook_id: 'w', url: 'http://localhost/', event_types: ['*'], secret: 's' };

  it('an answer as published passes the check', () => {
    assertSeamResponse('/webhooks/create', { webhook, ok: true });
    assertSeamResponse('/acs/credentials/delete', { ok: true });
  });

  it.each([
    ['without ok', { webhook }, 'ok'],
    ['without a field that is required', { webhook: { url: webhook.url }, ok: true }, 'webhook_id'],
    ['with a field that is not published', { webhook: { ...webhook, label: 'x' }, ok: true }, 'label'],
    ['with another type', { webhook: { ...webhook, secret: 7 }, ok: true }, '/webhook/secret'],
  ])('an answer %s fails the check', (_what, body, message) => {
    expect(() => assertSeamResponse('/webhooks/create', body)).toThrow(message);
  });

  it('an answer with a warning that is not published fails the check', () => {
    const identity = {
      user_identity_id: id,
      user_identity_key: null,
      workspace_id: id,
      full_name: null,
      email_address: null,
      phone_number: null,
      display_name: 'x',
      created_at: '2026-11-26T10:00:00Z',
      acs_user_ids: [],
      merged_user_identity_ids: [],
      merged_user_identity_keys: [],
      errors: [],
    };
    const answer = (warning_code: string): unknown => ({
      user_identity: { ...identity, warnings: [{ warning_code, message: 'x', created_at: identity.created_at }] },
      ok: true,
    });
    assertSeamResponse('/user_identities/get', answer('being_deleted'));
    expect(() => assertSeamResponse('/user_identities/get', answer('being_eaten'))).toThrow(
      '/user_identity/warnings/0',
    );
  });
});
