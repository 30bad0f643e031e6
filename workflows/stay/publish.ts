/** View of a stay in Temporal Web UI: search attributes and current details. Ids and rooms, no names. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { detailsOf } from '../../src/domain/stay/details.js';
import { SEARCH_ATTRIBUTES, withinLimit } from '../../src/temporal/search-attributes.js';
import type { StayView } from '../../src/domain/model/stay-view.js';
import { countKeys, viewOf } from '../../src/domain/stay/view.js';
import type { StayPlan } from '../../src/domain/stay/reconcile.js';
import { exactTime, now } from '../clock.js';
import { keySteps, type StayRun } from './run.js';

/**
 * Updates current details and search attributes. Search attributes are written in one batch, after the steps in flight
 * have ended.
 */
export function show(run: StayRun, plan: StayPlan): void {
  const view = viewOf(run.state, plan, keySteps(run), now());
  const counts = countKeys(view, plan, now());
  setCurrentDetails(detailsOf(view));
  const shown = JSON.stringify([
    view.phase,
    view.rooms,
    view.window,
    codes(view),
    heldIds(run, view),
    counts,
    view.settled && run.state.changes,
  ]);
  const working = !view.settled && codes(view).length === 0;
  if (shown === run.shown || (working && run.shown !== undefined)) return;
  run.shown = shown;
  upsertSearchAttributes([
    { key: SEARCH_ATTRIBUTES.property, value: run.state.propertyId },
    { key: SEARCH_ATTRIBUTES.rooms, value: withinLimit(view.rooms) },
    { key: SEARCH_ATTRIBUTES.phase, value: view.phase },
    { key: SEARCH_ATTRIBUTES.attention, value: codes(view) },
    { key: SEARCH_ATTRIBUTES.arrival, value: view.window === undefined ? null : new Date(view.window.from) },
    { key: SEARCH_ATTRIBUTES.departure, value: view.window === undefined ? null : new Date(view.window.to) },
    { key: SEARCH_ATTRIBUTES.keys, value: heldIds(run, view) },
    { key: SEARCH_ATTRIBUTES.keysDue, value: counts.due },
    { key: SEARCH_ATTRIBUTES.keysResidual, value: counts.residual },
    { key: SEARCH_ATTRIBUTES.changedAt, value: exactTime() },
  ]);
}

function codes(view: StayView): string[] {
  return [...new Set(view.attention.map((notice) => notice.code))];
}

/** Returns the ids that a Seam event may name: keys that are not dead, then phones; truncated to the limit. */
function heldIds(run: StayRun, view: StayView): string[] {
  const keys = view.keys.flatMap((key) => (key.state === 'dead' ? [] : (key.acsCredentialId ?? [])));
  const phones = Object.values(run.state.guests).flatMap((guest) => guest.deviceIds ?? []);
  return withinLimit([...new Set([...keys, ...phones])]);
}
