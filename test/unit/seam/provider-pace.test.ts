/** Estimate of a provider's time: the first look at a key is neither early nor late. */
import { expect, test } from 'vitest';
import { openProviderPace, type ProviderPace } from '../../../src/seam/provider-pace.js';
import type { Credential } from '../../../src/seam/schemas.js';

const SYSTEM = 'a';

function keyAfter(ms: number): Credential {
  const at = (since: number): string => new Date(Date.UTC(2026, 10, 23) + since).toISOString();
  return {
    acs_credential_id: 'c',
    created_at: at(0),
    latest_desired_state_synced_with_provider_at: at(ms),
  } as unknown as Credential;
}

function paceAfter(...looks: readonly { readonly providerMs: number; readonly tookMs: number }[]): ProviderPace {
  const pace = openProviderPace({ unknownMs: 200, longestMs: 5_000 });
  for (const { providerMs, tookMs } of looks) pace.observe(SYSTEM, { credential: keyAfter(providerMs), tookMs });
  return pace;
}

const many = <T>(one: T): T[] => Array.from({ length: 50 }, () => one);

test('the first look at a provider that is not known comes after the usual time', () => {
  expect(openProviderPace({ unknownMs: 200, longestMs: 5_000 }).firstLookMs(SYSTEM)).toBe(200);
  expect(paceAfter(...many({ providerMs: 300, tookMs: 0 })).firstLookMs('another')).toBe(200);
});

test('the first look comes when a steady provider is done, less the time that the call itself takes', () => {
  expect(paceAfter(...many({ providerMs: 300, tookMs: 0 })).firstLookMs(SYSTEM)).toBeCloseTo(300, 0);
  expect(paceAfter(...many({ providerMs: 300, tookMs: 120 })).firstLookMs(SYSTEM)).toBeCloseTo(180, 0);
  expect(paceAfter(...many({ providerMs: 300, tookMs: 400 })).firstLookMs(SYSTEM)).toBe(0);
});

test('the first look leaves an unsteady provider more time than its mean', () => {
  const unsteady = Array.from({ length: 50 }, (_, index) => ({ providerMs: index % 2 === 0 ? 200 : 400, tookMs: 0 }));
  expect(paceAfter(...unsteady).firstLookMs(SYSTEM)).toBeGreaterThan(400);
});

test('a provider that was away, and one without times, changes no estimate', () => {
  const known = many({ providerMs: 300, tookMs: 0 });
  const away = paceAfter(...known, { providerMs: 3_600_000, tookMs: 0 }, { providerMs: 0, tookMs: 0 });
  expect(away.firstLookMs(SYSTEM)).toBe(paceAfter(...known).firstLookMs(SYSTEM));
});
