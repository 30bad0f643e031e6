/** Random stories of stays, run against the planner and simulated locks: the invariants of `story.ts` hold at every step. */
import fc from 'fast-check';
import { it } from 'vitest';
import { starts, tell, turns, type StoryStart, type Turn } from './story.js';

/** Fixed seed: the same stories every time; `plan-keys.property.full.test.ts` runs new ones. */
const SEED = 20261123;

const ONE_GUEST = {
  switches: { newKeyReplacesUsersEarlier: false, joinersSurviveAnchorDeletion: true, joinerNeedsSyncedAnchor: false },
  issueFrom: { kind: 'lead-time', minutes: 120 },
  phones: 'at-once',
  guests: 1,
} as const;

/** Stories that once failed. */
const TOLD_BEFORE: [StoryStart, readonly Turn[]][] = [
  // A key that Seam made without an answer stayed beside the other while the guest was on hold.
  [
    { ...ONE_GUEST, rooms: ['101'] },
    [
      { kind: 'quiet' },
      { kind: 'from', at: '2026-11-23T12:00Z', by: 'signal' },
      { kind: 'get-on', job: 0, luck: 'answer-lost' },
      { kind: 'booking-hold', held: 'held' },
      { kind: 'get-on', job: 0, luck: 'outage' },
    ],
  ],
  // A key whose request was cancelled stayed when the earlier key of the guest was desired again.
  [
    { ...ONE_GUEST, rooms: ['101', '102'] },
    [
      { kind: 'quiet' },
      { kind: 'add', guestId: 'g1', rooms: ['101', '103'], by: 'snapshot' },
      { kind: 'get-on', job: 0, luck: 'good' },
      { kind: 'rooms', rooms: [], by: 'snapshot' },
      { kind: 'rooms', rooms: ['101', '102'], by: 'snapshot' },
      { kind: 'get-on', job: 0, luck: 'good' },
    ],
  ],
  // A key that had died with its anchor still opened a room that was no longer the guest's.
  [
    {
      ...ONE_GUEST,
      switches: { ...ONE_GUEST.switches, joinersSurviveAnchorDeletion: false },
      rooms: ['102', '103'],
    },
    [
      { kind: 'add', guestId: 'g3', by: 'snapshot' },
      { kind: 'quiet' },
      { kind: 'own-window', guestId: 'g1', from: '2026-11-24T09:00Z', to: '2026-11-25T10:00Z' },
      { kind: 'quiet' },
      { kind: 'rooms', rooms: ['103'], by: 'snapshot' },
      { kind: 'enrol', guestId: 'g3' },
    ],
  ],
  // A move and then a hold left a guest with a key to each of the two rooms that they have since: both stay until the hold is over.
  [
    { ...ONE_GUEST, rooms: ['101'] },
    [
      { kind: 'quiet' },
      { kind: 'wait', minutes: 1500 },
      { kind: 'later-rooms', rooms: ['103'], from: '2026-11-23T16:00Z' },
      { kind: 'get-on', job: 0, luck: 'answer-lost' },
      { kind: 'booking-hold', held: 'held' },
      { kind: 'get-on', job: 0, luck: 'good' },
      { kind: 'later-rooms', rooms: ['101', '103'], from: '2026-11-23T16:00Z' },
      { kind: 'quiet' },
      { kind: 'booking-hold', held: 'free' },
    ],
  ],
  // A second removal for cause, of a key that only a phone still holds, re-keyed the lease once more while the re-key was under way.
  [
    {
      ...ONE_GUEST,
      switches: { ...ONE_GUEST.switches, joinersSurviveAnchorDeletion: false },
      rooms: ['103'],
      guests: 2,
    },
    [
      { kind: 'quiet' },
      { kind: 'add', guestId: 'g4', by: 'signal' },
      { kind: 'get-on', job: 0, luck: 'good' },
      { kind: 'remove', guestId: 'g2', cause: 'security', by: 'signal' },
      { kind: 'get-on', job: 1, luck: 'good' },
      { kind: 'get-on', job: 0, luck: 'answer-lost' },
      { kind: 'remove', guestId: 'g2', cause: 'security', by: 'signal' },
      { kind: 'quiet' },
    ],
  ],
  // A key with a later start was made during a hold, and stayed beside the one that opens from now on.
  [
    { ...ONE_GUEST, rooms: ['103'] },
    [
      { kind: 'status', status: 'in-house' },
      { kind: 'quiet' },
      { kind: 'status', status: 'confirmed' },
      { kind: 'from', at: '2026-11-23T12:00Z', by: 'snapshot' },
      { kind: 'booking-hold', held: 'held' },
      { kind: 'get-on', job: 0, luck: 'good' },
    ],
  ],
  // A hold on one guest before a move prolonged the key of another guest, who could move, beyond the move.
  [
    { ...ONE_GUEST, rooms: ['101'] },
    [
      { kind: 'status', status: 'in-house' },
      { kind: 'later-rooms', rooms: ['103'], from: '2026-11-23T16:00Z' },
      { kind: 'say', message: { name: 'hold', payload: { reason: 'because', guestId: 'g1' } } },
      { kind: 'add', guestId: 'g3', by: 'snapshot' },
      { kind: 'get-on', job: 0, luck: 'good' },
    ],
  ],
  // Replacement joiners that died with their anchor and the ends of their anchors followed each other without end.
  [
    {
      ...ONE_GUEST,
      switches: {
        newKeyReplacesUsersEarlier: true,
        joinersSurviveAnchorDeletion: false,
        joinerNeedsSyncedAnchor: false,
      },
      rooms: ['103'],
      guests: 3,
    },
    [
      { kind: 'quiet' },
      { kind: 'lose-phone', guestId: 'g1', mode: 'convenient', named: 'unnamed' },
      { kind: 'add', guestId: 'g4', by: 'signal' },
      { kind: 'get-on', job: 3, luck: 'good' },
      { kind: 'get-on', job: 1, luck: 'good' },
      { kind: 'get-on', job: 0, luck: 'good' },
    ],
  ],
  // A key that joined the earlier key of the same guest, which Seam has removed for it, can be joined like any other.
  [
    {
      ...ONE_GUEST,
      switches: { ...ONE_GUEST.switches, newKeyReplacesUsersEarlier: true },
      rooms: ['101', '102'],
    },
    [
      { kind: 'quiet' },
      { kind: 'add', guestId: 'g3', by: 'signal' },
      { kind: 'later-rooms', rooms: ['102'], from: '2026-11-23T16:00Z' },
      { kind: 'get-on', job: 1, luck: 'good' },
      { kind: 'own-rooms', guestId: 'g1', rooms: ['102'], by: 'snapshot' },
    ],
  ],
];

it('whatever changes and in whatever order steps end, exactly the desired guests open exactly the desired doors', () => {
  fc.assert(
    fc.property(starts, turns, (start, plot) => tell(start, plot)),
    { numRuns: 300, seed: SEED, examples: TOLD_BEFORE },
  );
});
